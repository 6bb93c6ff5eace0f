"""The door: the commands of Creditdesk."""
