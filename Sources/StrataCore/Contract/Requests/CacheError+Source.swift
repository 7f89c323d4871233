// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension CacheError {
  /// Whether an error that a loader threw is the source's own failure: a breaker, a limit or the
  /// caller may have kept it from being asked, and ``LoadSignal`` is an answer.
  public static func isOfSource(_ error: any Error) -> Bool {
    if error is CancellationError || error is LoadSignal { return false }
    guard let known = error as? CacheError else { return true }
    return known.code != .breakerOpen && known.code != .overloaded
  }
}
