"""Sample bundles as folders, each with the findings it must give, and the means to replay their nodes."""
