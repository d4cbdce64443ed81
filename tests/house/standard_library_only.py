"""A contract of import-linter: these packages import the standard library, one another, and what is named, only."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter.application import output
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.imports import Module


class StandardLibraryOnly(Contract):
    """Options: `source_modules`, packages of the project; `allowed_modules`, others that they may import."""

    type_name = "standard_library_only"

    source_modules = fields.SetField(subfield=fields.ModuleField())
    allowed_modules = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of theirs, direct and not guarded by anything but `TYPE_CHECKING`."""
        sources = [module.name for module in self.source_modules if isinstance(module, Module)]  # type: ignore[attr-defined]
        ours = {each for name in sources for each in (name, *graph.find_descendants(name))}
        allowed = {*sys.stdlib_module_names, *(self.allowed_modules or ())}  # type: ignore[misc]
        roots = {name.partition(".")[0] for name in sources}
        broken = [
            f"{importer} -> {imported}"
            for importer in sorted(ours)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported not in ours | roots and imported.partition(".")[0] not in allowed
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """The imports that break it, one a line."""
        for each in check.metadata["broken"]:
            output.print_error(each, bold=False)
