// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Writes down which keys are asked for, so that `strata simulate` can say what another capacity or
/// policy would bring.
///
/// Keys leave the process only as hashes under a seed that is not written down, and only a sample
/// of them: of a chosen key every read, of the others none. It begins when the plan names it and
/// ends when the file is full or the plan names it no more; a running service is switched by a
/// reload.
public struct Recorder: HitObserving {
  /// `recorder` in YAML.
  public static let id: StageID = "recorder"

  enum Option {
    static let path = PluginOption(
      "path", .text, "The file to write; it must not exist yet.")
    static let sample = PluginOption(
      "sample", .fraction, default: Fraction(percent: 1), "Which part of all keys is recorded.")
    static let largest = PluginOption(
      "max-size", .size, default: 64 << 20, "How large the file may become.")
  }

  /// Where to, how much of it, and how long.
  public static let options: [any OptionDeclaration] = [
    Option.path, Option.sample, Option.largest,
  ]

  private static let smallest = 4 << 10
  /// Fractions are kept in billionths, the format counts keys of a million.
  private static let fewest: Int64 = 1_000

  private let tape: RecordingTape

  /// Creates the stage, which goes on with the file of the stage that it replaces by a reload.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    guard let disk = runtime.disk else {
      throw options.error(about: Option.path, "this process has no disk")
    }
    let sample = try options(Option.sample)
    guard sample.billionths >= Self.fewest else {
      throw options.error(
        about: Option.sample, "would record next to nothing; write at least 0.0001%")
    }
    let largest = try options(Option.largest)
    guard largest >= Self.smallest else {
      throw options.error(about: Option.largest, "is too small; write 4KiB or more")
    }
    let plan = RecordingTape.Plan(
      path: try options(Option.path),
      keysPerMillion: UInt32(clamping: min(sample.billionths / Self.fewest, 1_000_000)),
      largest: largest)
    let context = options.cache
    tape = context.kept.object { RecordingShelf() }.tape(plan) {
      RecordingTape(plan, disk: disk, context: context)
    }
  }

  /// How many reads were recorded since the file was begun.
  public var recorded: Int { tape.recorded }

  /// Whether reads are still being recorded.
  public var isRecording: Bool { tape.isRunning }

  /// Records a hit on the fast road.
  public func observeHit(_ key: KeyView) { tape.note(key.hash) }

  /// Records reads on the full road.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    if case .read = request.operation, !request.isBehind {
      for key in request.keys { tape.note(key.hash) }
    }
    return try await next(request)
  }

  /// Opens the file.
  public func run() async throws { tape.begin() }

  /// Writes what has gathered.
  public func drain() async { tape.release() }

  /// A second one, and a place where it does not see all reads.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second recorder would record the same reads; remove one of them")]
    }
    guard let tier = placement.outer.first(where: \.isTier) else { return [] }
    return [
      .warning("does not see what \(tier.id) answers on the full road; move it before \(tier.id)")
    ]
  }
}
