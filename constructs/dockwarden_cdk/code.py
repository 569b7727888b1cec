"""The code that all functions share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Annotations, CfnParameter
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_s3 import Bucket
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from dockwarden_cdk.asset import build_asset

BUILD_DIRECTORY = Path("build") / "asset"
"""Where the asset is built by default, below the directory that the CDK runs in."""

_UNVERSIONED = "@aws-cdk/aws-lambda:codeFromBucketObjectVersionNotSpecified"


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """One asset for every function; `version` changes when the code does."""

    code: lambda_.Code
    version: str

    @classmethod
    def built(
        cls, scope: Construct, directory: Path = BUILD_DIRECTORY, zones: Sequence[str] = ()
    ) -> "FunctionCode":
        """The code as it is built here and published by the CDK, with the time zones that freezes name."""
        built = build_asset(directory, zones)
        if built.warning is not None:
            Annotations.of(scope).add_warning_v2("dockwarden:bytecode", built.warning)
        asset = Asset(scope, "Code", path=str(built.path))
        Annotations.of(asset).acknowledge_warning(_UNVERSIONED, "the key of an asset is its hash")
        return cls(lambda_.Code.from_bucket_v2(asset.bucket, asset.s3_object_key), asset.asset_hash)

    @classmethod
    def from_parameters(cls, scope: Construct) -> "FunctionCode":
        """The code in a bucket and key that are parameters of the template, for who cannot run the CDK."""
        bucket = CfnParameter(
            scope, "CodeBucket", description="The S3 bucket, in this region, that holds the functions' zip"
        )
        key = CfnParameter(
            scope, "CodeKey", description="The key of the zip; upload each version under a new key"
        )
        source = Bucket.from_bucket_name(scope, "CodeSource", bucket.value_as_string)
        Annotations.of(source).acknowledge_warning(_UNVERSIONED, "each version is uploaded under a new key")
        return cls(lambda_.Code.from_bucket_v2(source, key.value_as_string), key.value_as_string)
