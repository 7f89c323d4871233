// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Loads the keys that will be asked for before they are, gently.
///
/// The keys are in the plan, or in a file from which the most frequent are taken. Runs are begun by
/// code, which brings the loader, or by a schedule once code has left one. A run begins slowly,
/// keeps to a rate, and gives up where the source fails.
public struct Warming: CacheStage {
  /// `warming` in YAML.
  public static let id: StageID = "warming"

  enum Option {
    static let keys = PluginOption(
      "keys", .list(.text), default: [], "The keys, as texts of the argument.")
    static let file = PluginOption(
      "file", .optional(.text), default: nil,
      "A file with a key on each line, such as a log of what was asked for.")
    static let top = PluginOption(
      "top", .integer(1...1_000_000), default: 1000,
      "How many keys of the file are taken, the most frequent first.")
    static let schedule = PluginOption(
      "schedule", .optional(.cron), default: nil,
      "When to warm, as a cron expression in UTC: 0 4 * * *.")
    static let rate = PluginOption(
      "rate", .integer(1...1_000_000), default: 100, "How many keys a second at most.")
    static let ramp = PluginOption(
      "ramp", .duration, default: .seconds(10), "How long it takes to reach that rate.")
    static let concurrency = PluginOption(
      "concurrency", .integer(1...1000), default: 4, "How many keys are loaded at a time.")
    static let failures = PluginOption(
      "abort-after", .fraction, default: Fraction(percent: 20),
      "Which part of the loads may fail before a run is given up.")
    static let longest = PluginOption(
      "max-time", .optional(.duration), default: nil, "How long a run may take.")
  }

  /// Which keys, when, and how gently.
  public static let options: [any OptionDeclaration] = [
    Option.keys, Option.file, Option.top, Option.schedule, Option.rate, Option.ramp,
    Option.concurrency, Option.failures, Option.longest,
  ]

  private let keys: [String]
  private let file: String?
  private let top: Int
  private let schedule: CronSchedule?
  private let limits: WarmingLimits
  private let state: WarmingState
  private let context: CacheContext

  /// Creates the stage, with the loader that was left with the one it replaces.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    context = options.cache
    state = context.kept.object { WarmingState() }
    keys = try options(Option.keys)
    file = try options(Option.file)
    top = try options(Option.top)
    schedule = try options(Option.schedule)
    limits = WarmingLimits(
      pace: WarmingPace(rate: try options(Option.rate), ramp: try options(Option.ramp)),
      concurrency: try options(Option.concurrency), failures: try options(Option.failures),
      longest: try options(Option.longest))
    if file != nil, runtime.disk == nil {
      throw options.error(about: Option.file, "the runtime has no disk to read it from")
    }
  }

  /// Passes everything on.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }

  // MARK: Runs

  /// How far the run that is under way has come, or how the last one ended.
  public var progress: WarmingProgress { state.progress }

  /// The keys that a run begun now would warm, in its order.
  public func list() throws -> [String] {
    var seen: Set<String> = []
    return (keys + (try file.map(read) ?? [])).filter { seen.insert($0).inserted }
  }

  /// Warms every key once: `warm` gets it as text, and returns whether it had to be loaded.
  ///
  /// One run at a time: while one is under way this throws.
  @discardableResult
  public func run(
    _ warm: @escaping @Sendable (String) async throws -> Bool
  ) async throws -> WarmingProgress {
    guard state.begin() else {
      throw CacheError(.overloaded, "A warming run is under way already.", stage: Self.id)
    }
    defer { state.end() }
    let keys = try list()
    let run = WarmingRun(limits: limits, runtime: context.runtime) { [state] in
      state.progress = $0
    }
    let progress = await run.run(keys, warm)
    report(progress)
    return progress
  }

  /// Leaves the loader with which the schedule warms from now on.
  public func keep(_ warm: @escaping @Sendable (String) async throws -> Bool) {
    state.loader = warm
  }

  private func report(_ progress: WarmingProgress) {
    var details = [
      ("total", "\(progress.total)"), ("loaded", "\(progress.loaded)"),
      ("found", "\(progress.found)"), ("failed", "\(progress.failed)"),
    ]
    if let aborted = progress.aborted { details.append(("aborted", aborted.rawValue)) }
    context.report(
      progress.aborted == nil ? .info : .warning, "warmed", source: Self.id.name,
      details: details)
  }

  // MARK: Schedule

  /// Waits for the schedule, and warms by it where a loader was left.
  public func run() async throws {
    guard let schedule else { return }
    let clock = context.runtime.clock
    while let due = schedule.next(after: clock.now) {
      try await clock.sleep(until: due)
      guard let loader = state.loader else {
        context.report(
          .warning, "not warmed", source: Self.id.name, details: [("reason", "no loader was left")])
        continue
      }
      do {
        try await run(loader)
      } catch {
        context.report(
          .warning, "not warmed", source: Self.id.name, details: [("reason", "\(type(of: error))")])
      }
      try Task.checkCancellation()
    }
  }

  // MARK: File

  private func read(_ path: String) throws -> [String] {
    guard let disk = context.runtime.disk else { return [] }
    let file = try disk.open(path, .read)
    defer { file.close() }
    var tally = KeyTally()
    var offset: Int64 = 0
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      var count = 0
      try piece.withUnsafeMutableBytes { buffer in
        count = try file.read(into: buffer, at: offset)
      }
      if count == 0 { break }
      tally.read(piece[..<count])
      offset += Int64(count)
    }
    tally.endLine()
    return tally.top(top)
  }

  // MARK: Check

  /// A stage that knows no keys.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second warming has nothing to do; write all keys in one")]
    }
    let hasKeys = !(placement.value(Option.keys) ?? []).isEmpty
    if hasKeys || placement.isWritten(Option.file) { return [] }
    return [.error("knows no keys; write keys, or a file that lists them")]
  }
}

extension OptionType where Value == CronSchedule {
  /// A cron expression.
  static var cron: OptionType {
    OptionType(.text, show: { _ in "" }) { node in
      if case .scalar(let text, _) = node.value, let schedule = CronSchedule(text) {
        return .success(schedule)
      }
      return .failure(
        ScalarProblem("is no cron expression that ever comes", expected: CronSchedule.expected))
    }
  }
}
