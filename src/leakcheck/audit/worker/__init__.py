"""Running what the host of an audit asks, where a worker of a cluster stands."""
