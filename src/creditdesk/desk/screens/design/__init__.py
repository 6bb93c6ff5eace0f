"""The page that shows every component of the design system."""
