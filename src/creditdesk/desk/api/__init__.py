"""The API: facts in, decisions, actions and customers out, outcomes both ways, the credit check, webhooks."""
