// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import StrataSystem

extension Strata {
  /// Follows the plan in the file at `path` until the task is cancelled: looks at it, and at all
  /// that it includes, every `interval`, and puts each valid change in the place of the running
  /// plan.
  ///
  /// Changes are measured against what the file holds when this is called. A change that cannot be
  /// used changes nothing; why is reported. See ``PlanSource`` for what counts as a change.
  public func watch(_ path: String, every interval: Duration = .seconds(5)) async throws {
    guard let disk = runtime.disk else {
      let place = SourceLocation(file: path, line: 1, column: 1)
      throw ConfigurationError(at: place, path: "", "the runtime has no disk to read it from")
    }
    var source = PlanSource(
      path, files: ConfigFilesOnDisk(disk), environment: ProcessEnvironment.value,
      registry: registry)
    _ = source.load()
    try await source.watch(every: interval, runtime: runtime) { try await replace(plan: $0) }
  }
}
