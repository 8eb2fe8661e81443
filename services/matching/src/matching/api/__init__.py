"""HTTP in: one file for each aggregate, all under the network."""

from fastapi import APIRouter

router = APIRouter(prefix="/networks/{network}")
