"""moto's server, with the one call that it has everything for but a name: PutCompositeAlarm."""

import sys

from moto.cloudwatch.responses import CloudWatchResponse
from moto.server import main
from moto_applications import add_to_moto

CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
add_to_moto()

if __name__ == "__main__":
    main(sys.argv[1:])
