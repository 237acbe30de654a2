"""academyctl operates the academy video platform. Folders are layers, file names are features; data flows one way."""
