// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension WriteBehind {
  /// A place in which something would be acknowledged that is kept nowhere, or kept too early.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems = placement.problemsOfWriter()
    if let store = placement.own.store, !store.capabilities.contains(.queue) {
      problems.append(
        .error("'\(store.name)' is no queue; name a store of kind journal", option: "journal"))
    }
    if let tier = placement.inner.first(where: \.isTier) {
      problems.append(
        .error(
          "stands outside of the tier '\(tier.id)', which would keep what is not safe yet; "
            + "move it behind every tier"))
    }
    if let backoff = placement.value(Option.backoff),
      let longest = placement.value(Option.longestBackoff),
      backoff > longest
    {
      problems.append(
        .error(
          "\(DurationText.text(for: backoff)) is longer than max-backoff "
            + "\(DurationText.text(for: longest)); write at most that", option: "backoff"))
    }
    return problems
  }
}
