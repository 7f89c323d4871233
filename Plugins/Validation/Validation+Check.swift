// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Validation {
  static let missingTrait =
    "this build has no OpenSSL to sign with; enable the package trait TLS where Strata is depended on"

  /// Signatures that protect less than they seem to, and tiers that nobody inspects.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    func keepsBytes(_ stage: StagePlacement.Neighbour) -> Bool {
      stage.store.map { !$0.capabilities.contains(.objects) } ?? false
    }
    if let store = placement.outer.first(where: keepsBytes)?.store {
      problems.append(
        .warning(
          "what comes back from \(store.name) is not checked, as it stands further out; "
            + "move validation before it"))
    }
    if placement.isWritten(Option.per), !placement.isWritten(Option.maxWrites) {
      problems.append(
        .warning("counts nothing without max-writes", option: Option.per.name))
    }
    if placement.outer.contains(where: { $0.id == id && $0.block.node.field("keys") != nil }) {
      problems.append(.error("another validation with keys stands further out; sign in one place"))
    }
    guard placement.isWritten(Option.keys) else { return problems }
    if !SignatureTransform.isBuiltIn {
      problems.append(.error(missingTrait, option: Option.keys.name))
    }
    if !placement.inner.contains(where: keepsBytes) {
      problems.append(
        .warning(
          "signs nothing here: keys concern tiers further in that keep bytes, and there is none",
          option: Option.keys.name))
    }
    let changers: [StageID] = ["compression", "encryption"]
    if let inner = placement.inner.first(where: { changers.contains($0.id) }) {
      problems.append(
        .warning(
          "\(inner.id) stands further in, so it works on bytes whose signature is not checked yet; "
            + "move validation behind it", option: Option.keys.name))
    }
    return problems
  }
}
