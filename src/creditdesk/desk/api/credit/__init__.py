"""The credit check: may this customer have this order on account?"""
