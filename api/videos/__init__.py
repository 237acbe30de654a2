"""Videos and their encoding jobs. The worker imports the models and the state writes from here."""
