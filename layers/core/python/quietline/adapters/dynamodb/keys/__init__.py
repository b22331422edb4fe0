"""Every key of the tables; see the table in docs/architecture.md. No key is spelt anywhere else."""

from quietline.adapters.dynamodb.keys.cases import *
from quietline.adapters.dynamodb.keys.investigations import *
from quietline.adapters.dynamodb.keys.notices import *
from quietline.adapters.dynamodb.keys.payments import *
from quietline.adapters.dynamodb.keys.registry import *
from quietline.adapters.dynamodb.keys.sellers import *
