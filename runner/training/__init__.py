"""Training a small CNN on Spark: the network, its kernels, the ways to spread it, and what they cost."""
