"""Routes of the investigators' API; each module declares its routes on `functions.case_api.wiring.app`."""
