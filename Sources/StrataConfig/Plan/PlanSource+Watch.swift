// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension PlanSource {
  /// Looks at the files every `interval` and hands each new plan to `apply`, until the task is
  /// cancelled.
  ///
  /// A file that cannot be used, and a plan that `apply` throws at, change nothing: why is
  /// reported, and the next change is awaited.
  public mutating func watch(
    every interval: Duration, runtime: CacheRuntime, apply: (Plan) async throws -> Void
  ) async throws {
    while true {
      try await runtime.clock.sleep(for: interval)
      switch look() {
      case .none: continue
      case .refused(let problems):
        Self.report("new configuration refused", problems, to: runtime)
      case .plan(let reading):
        do {
          try await apply(try reading.checked())
          Self.report("new configuration applied", reading.problems, to: runtime)
        } catch is CancellationError {
          throw CancellationError()
        } catch let error as ConfigurationError {
          Self.report("new configuration refused", error.problems, to: runtime)
        } catch {
          runtime.reporter.report(
            CacheReport(
              .error, "new configuration not applied", source: "configuration",
              details: [("error", "\(error)")]))
        }
      }
    }
  }

  /// One report on the whole, then one for each problem.
  private static func report(
    _ message: String, _ problems: [ConfigurationProblem], to runtime: CacheRuntime
  ) {
    let isRefused = problems.contains { $0.severity == .error }
    runtime.reporter.report(
      CacheReport(
        isRefused ? .error : .info, message, source: "configuration",
        details: [("problems", "\(problems.count)")]))
    for problem in problems {
      let level: CacheReport.Level = problem.severity == .error ? .error : .warning
      runtime.reporter.report(
        CacheReport(
          level, "configuration problem", source: "configuration",
          details: [("problem", problem.description)]))
    }
  }
}
