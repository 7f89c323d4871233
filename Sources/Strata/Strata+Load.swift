// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataConfig
public import StrataCore
import StrataNetwork
import StrataSystem

extension Strata {
  /// Reads a plan from a YAML file, builds it and starts its caches.
  ///
  /// Throws a ``ConfigurationError`` with everything that is wrong with the file. Warnings are
  /// reported and do not stop it.
  public static func load(
    _ path: String, registry: Registry = .builtIn, runtime: CacheRuntime = .standard
  ) async throws -> Strata {
    let reading = try read(path, registry: registry, runtime: runtime)
    let strata = try await Strata(plan: try reading.checked(), registry: registry, runtime: runtime)
    for warning in strata.warnings {
      runtime.reporter.report(
        CacheReport(
          .warning, "doubtful configuration", source: "strata",
          details: [("problem", "\(warning)")]))
    }
    return strata
  }

  /// Reads a plan from a YAML file without building anything.
  public static func read(
    _ path: String, registry: Registry = .builtIn, runtime: CacheRuntime = .standard
  ) throws -> PlanReading {
    guard let disk = runtime.disk else {
      let place = SourceLocation(file: path, line: 1, column: 1)
      throw ConfigurationError(at: place, path: "", "the runtime has no disk to read it from")
    }
    let reader = ConfigReader(
      files: ConfigFilesOnDisk(disk), environment: ProcessEnvironment.value)
    return reader.plan(path, registry: registry)
  }

  /// Reads the file again and, if it is valid, puts it in the place of the running plan, with the
  /// entries that are there. An invalid file changes nothing and throws what is wrong with it.
  public func reload(_ path: String) async throws {
    let reading = try Self.read(path, registry: registry, runtime: runtime)
    try await replace(plan: try reading.checked())
  }
}

extension CacheRuntime {
  /// The runtime of an ordinary process, made once. Its network has no thread before it is used.
  public static let standard: CacheRuntime = .live(network: SocketNetwork())
}
