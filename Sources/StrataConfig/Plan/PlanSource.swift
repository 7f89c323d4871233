// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The files of a plan, looked at again and again: tells when they say something new.
///
/// ```swift
/// var source = PlanSource(
///   "strata.yaml", files: files, environment: environment, registry: .builtIn)
/// let strata = try await Strata(plan: source.load().checked(), runtime: runtime)
/// try await source.watch(every: .seconds(5), runtime: runtime) {
///   try await strata.replace(plan: $0)
/// }
/// ```
///
/// It compares what the files hold, not their times: that costs a read of a few kilobytes, and sees
/// everything that editors, deployments and mounted volumes do. A change counts when two looks in a
/// row see the same, so that a file is not read while it is being written. Environment variables
/// are fixed when a process starts and are not looked at.
public struct PlanSource: Sendable {
  /// What a look at the files found.
  public enum Change: Sendable {
    /// The files say what they said before, or are still being written.
    case none
    /// The files hold a new plan.
    case plan(PlanReading)
    /// The files hold something that cannot be used. It is said once.
    case refused([ConfigurationProblem])
  }

  private let path: String
  private let reader: ConfigReader
  private let recorder: RecordingFiles
  private let registry: Registry
  /// The configuration that is in use.
  private var root: ConfigNode?
  /// What the files held when they were last read.
  private var taken: [String: [UInt8]?] = [:]
  /// What they held at the last look, where that was something else.
  private var pending: [String: [UInt8]?]?

  /// Creates the source of the plan in the file at `path`.
  public init(
    _ path: String, files: any ConfigFiles,
    environment: @escaping @Sendable (String) -> String?, registry: Registry,
    limits: ConfigLimits = ConfigLimits()
  ) {
    self.path = path
    self.registry = registry
    recorder = RecordingFiles(files, limit: limits.fileBytes + 1)
    reader = ConfigReader(files: recorder, environment: environment, limits: limits)
  }

  /// Reads the plan; later looks compare with what it says.
  public mutating func load() -> PlanReading {
    recorder.forget()
    let reading = reader.plan(path, registry: registry)
    // Files that are gone from a wrong plan are watched on: they may be part of the right one.
    taken = recorder.look(at: taken.keys)
    pending = nil
    if reading.plan != nil { root = reading.root }
    return reading
  }

  /// Looks at the files once.
  public mutating func look() -> Change {
    let seen = recorder.look(afresh: taken.keys)
    guard seen != taken else {
      pending = nil
      return .none
    }
    guard seen == pending else {
      pending = seen
      return .none
    }
    let before = root
    let reading = load()
    guard let now = reading.root, reading.plan != nil else { return .refused(reading.problems) }
    return before?.hasSameContent(as: now) == true ? .none : .plan(reading)
  }
}
