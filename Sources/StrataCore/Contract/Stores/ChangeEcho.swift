// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a node is told about a change that another node made.
///
/// Tiers over a store that the nodes share pass such a change on untouched: it has been made there.
/// Only where the other node could not make it (``isSettled`` is false) they make it as well.
public struct ChangeEcho: Sendable {
  /// For each key of a removal, the version that was written instead: an entry that is not older
  /// stays. `nil` removes whatever there is.
  public var versions: Batch<Version?>
  /// Whether the tiers that the nodes share have been changed.
  public var isSettled: Bool

  /// Creates an echo.
  public init(versions: Batch<Version?> = .many([]), isSettled: Bool = true) {
    self.versions = versions
    self.isSettled = isSettled
  }
}
