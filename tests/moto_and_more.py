"""moto's server, with the one call that it has everything for but a name: PutCompositeAlarm."""

import sys

from moto.cloudwatch.responses import CloudWatchResponse
from moto.server import main

CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm

if __name__ == "__main__":
    main(sys.argv[1:])
