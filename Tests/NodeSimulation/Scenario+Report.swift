// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Scenario {
  /// What a failing scenario broke, as small as it can be made, and how it is seen again.
  public func report() -> String {
    let smallest = shrunk()
    let outcome = smallest.run(isLogging: true)
    // What came after the first broken promise explains nothing.
    let end = outcome.log.firstIndex { $0.contains("!!!") } ?? outcome.log.endIndex - 1
    return """
      \(outcome.violations.joined(separator: "\n"))
      \(smallest)
      \(outcome.log.prefix(end + 1).suffix(80).joined(separator: "\n"))
      replay: STRATA_SEED=\(seed) swift test --disable-xctest --filter InvalidationTests
      """
  }
}
