"""What a person or the desk keeps beside the facts: runs, decisions, cases, tasks, messages, requests, alerts, policies."""
