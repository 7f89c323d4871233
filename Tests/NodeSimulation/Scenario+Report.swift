// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Scenario {
  /// What a failing scenario broke, as small as it can be made, and how it is seen again.
  public func report() -> String {
    let smallest = shrunk()
    let outcome = smallest.run(isLogging: true)
    return """
      \(outcome.violations.joined(separator: "\n"))
      \(smallest)
      \(outcome.log.suffix(80).joined(separator: "\n"))
      replay: STRATA_SEED=\(seed) swift test --disable-xctest --filter InvalidationTests
      """
  }
}
