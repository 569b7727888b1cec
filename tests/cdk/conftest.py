from pathlib import Path

import pytest

from dockwarden_cdk.asset import BuiltAsset, build_asset


@pytest.fixture(scope="session")
def asset(tmp_path_factory: pytest.TempPathFactory) -> BuiltAsset:
    """The Lambda asset, built once for all tests."""
    return build_asset(tmp_path_factory.mktemp("asset") / "lambda")


@pytest.fixture(scope="session")
def asset_data(asset: BuiltAsset) -> Path:
    """Botocore's trimmed data."""
    return asset.path / "botocore" / "data"
