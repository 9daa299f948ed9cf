"""The science: features, scenarios, techniques, accuracy, intervals. Data frames in, estimators and frames out."""
