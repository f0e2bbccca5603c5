"""A CDK app that has Tidegate in one of its stacks, from what ``make package`` left.

Needs aws-cdk-lib; ``cdk deploy --app "python examples/cdk_app.py"`` uploads the zip and deploys.
"""

import aws_cdk as cdk
from aws_cdk.aws_s3_assets import Asset
from aws_cdk.cloudformation_include import CfnInclude

PACKAGE = "build/deploy"

app = cdk.App()
stack = cdk.Stack(app, "tidegate-dev")
code = Asset(stack, "Code", path=f"{PACKAGE}/deployment.zip")
CfnInclude(
    stack,
    "Tidegate",
    template_file=f"{PACKAGE}/template.json",
    parameters={"CodeBucket": code.s3_bucket_name, "CodeKey": code.s3_object_key},
)
app.synth()
