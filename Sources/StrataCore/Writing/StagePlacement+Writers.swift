// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension StagePlacement {
  /// What is wrong with the place of a stage that brings writes to a source, wherever among the
  /// tiers it stands: its option for the source is called `sink`.
  public func problemsOfWriter() -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if inner.contains(where: { $0.id == "validation" }) {
      problems.append(
        .error("would write values before 'validation' has seen them; move it behind"))
    }
    if outer.contains(where: { $0.id == "versioned-keys" }) {
      problems.append(
        .error("the keys of 'versioned-keys' change with each generation, so no source knows them"))
    }
    if outer.contains(where: { $0.id == "hot-keys" && $0.block.node.field("copies") != nil }) {
      problems.append(.error("would bring the copies of 'hot-keys' to the source as well"))
    }
    if pipeline.filter({ $0.block.node.field("sink") != nil }).count > 1 {
      problems.append(.error("another stage of this pipeline writes to a source too; keep one"))
    }
    return problems
  }
}
