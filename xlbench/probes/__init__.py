"""Memory, environment and noise, as the machine reports them."""
