"""Cases: the complaints about one caller, worked by an investigator to a decision."""
