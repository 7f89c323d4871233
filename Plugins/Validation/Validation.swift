// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Keeps wrong values out of every tier, and takes poisoned ones out where they lie.
///
/// It looks at what loaders return and callers write, before any tier stores it, and at what comes
/// back from outside of the process, before anybody uses it. What is found wrong there is a miss:
/// it is loaded anew, overwritten or removed, counted by reason and kept aside for inspection.
public struct Validation: CacheStage {
  /// `validation` in YAML.
  public static let id: StageID = "validation"

  /// What becomes of a load whose value is not valid.
  enum InvalidLoad: String, CaseIterable {
    case refuse
    case pass
  }

  enum Option {
    static let maxSize = PluginOption(
      "max-size", .optional(.size), default: nil,
      "Larger values are answered and stored nowhere; larger stored ones are refused.")
    static let required = PluginOption(
      "required", .list(.text), default: [],
      "Fields that a value must have, and that hold something: name, address.city.")
    static let forbidden = PluginOption(
      "forbidden", .list(.text), default: [],
      "Words that no text of a value may contain, in upper or lower case.")
    static let rules = PluginOption(
      "rules", .list(.text), default: [], "Rules that the program has registered by these names.")
    static let onInvalid = PluginOption(
      "on-invalid", .choice, default: InvalidLoad.refuse,
      "What becomes of a loaded value that is not valid: refuse fails the load, pass stores nothing."
    )
    static let keys = PluginOption(
      "keys", .optional(.secretKeys(32...1024)), default: nil,
      "Keys that sign what is stored outside (HMAC-SHA256): the first signs, all are accepted.")
    static let maxWrites = PluginOption(
      "max-writes", .optional(.integer(1...1_000_000)), default: nil,
      "How often a caller may write one key within the time of per.")
    static let per = PluginOption(
      "per", .duration, default: .seconds(1), "The time in which max-writes are counted.")
    static let quarantine = PluginOption(
      "quarantine", .size, default: 1 << 20,
      "How many bytes of what was found wrong are kept for inspection.")
  }

  /// What is checked.
  public static let options: [any OptionDeclaration] = [
    Option.maxSize, Option.required, Option.forbidden, Option.rules, Option.onInvalid, Option.keys,
    Option.maxWrites, Option.per, Option.quarantine,
  ]

  private let checks: ValueChecks
  private let fails: Bool
  private let signature: (any PayloadTransform)?
  private let rates: WriteRates?
  private let record: FaultRecord
  private let runtime: CacheRuntime

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let keys = try options(Option.keys) ?? []
    if !keys.isEmpty, !SignatureTransform.isBuiltIn {
      throw options.error(about: Option.keys, Self.missingTrait)
    }
    checks = ValueChecks(
      maxSize: try options(Option.maxSize), required: try options(Option.required),
      forbidden: try options(Option.forbidden).map { $0.lowercased() },
      rules: try options.rules(Option.rules))
    fails = try options(Option.onInvalid) == .refuse
    signature = keys.first.map { SignatureTransform(signing: $0, keys: keys) }
    let per = try options(Option.per)
    rates = try options(Option.maxWrites).map { WriteRates(most: $0, per: per) }
    record = FaultRecord(capacity: try options(Option.quarantine), cache: options.cache)
    self.runtime = runtime
  }

  /// How often something was found wrong, by reason.
  public var faults: [String: Int] { record.counts }

  /// What was found wrong outside of the process, newest last, for inspection.
  public var quarantine: [QuarantinedValue] { record.quarantine }

  // MARK: Requests

  /// Checks loads and writes on the way in, and has the tiers further in check what they find.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let inspection = Inspection(checks: checks, record: record)
    var inner = request
    if let signature { inner.transforms.append(signature) }
    inner.inspectors.append(inspection)
    switch request.operation {
    case .write(let values): return try await write(values, inner, next)
    case .read: break
    default: return try await next(inner)
    }
    inner.loader = request.loader.map { checked($0, request.coder) }
    let reply = try await next(inner)
    await removeWhatIsLeft(inspection.poisoned, reply, inner, next)
    return reply
  }

  /// Poisoned entries are overwritten by what is loaded in their place. Where nothing was, they are
  /// removed.
  private func removeWhatIsLeft(
    _ poisoned: Set<CacheKey>, _ reply: CacheReply, _ request: CacheRequest, _ next: Next
  ) async {
    if poisoned.isEmpty { return }
    let left = zip(request.keys, reply.results).filter { key, result in
      guard poisoned.contains(key) else { return false }
      let isReplaced =
        switch result.outcome {
        case .loaded, .renewed, .hit: result.unstorable == nil
        default: false
        }
      return !isReplaced || request.options.skipWriting != .none
    }
    if left.isEmpty { return }
    var removal = request.again()
    removal.operation = .remove
    removal.keys = Batch(left.map(\.0))
    removal.loader = nil
    _ = try? await next(removal)
  }

  private func write(
    _ values: Batch<LoadedValue>, _ request: CacheRequest, _ next: Next
  ) async throws -> CacheReply {
    let refusals = zip(request.keys, values).map { key, value in
      refusal(of: value, for: key, request.coder)
    }
    let allowed = refusals.indices.filter { refusals[$0] == nil }
    if allowed.count == refusals.count { return try await next(request) }
    var results = Batch(
      refusals.map { KeyReply($0.map { .refused($0) } ?? .miss(.neverCached)) })
    if allowed.isEmpty { return CacheReply(results) }
    let inner = try await next(request.narrowed(to: allowed)).results
    for (index, position) in allowed.enumerated() { results[position] = inner[index] }
    return CacheReply(results)
  }

  private func refusal(
    of value: LoadedValue, for key: CacheKey, _ coder: (any PayloadCoder)?
  ) -> RefusalReason? {
    if let rates, !rates.admits(key, at: runtime.now) {
      record.note("rate-limited", key.digest, from: "a write")
      return .rateLimited
    }
    guard let payload = value.payload,
      let fault = checks.fault(in: payload, size: value.size, coder)
    else { return nil }
    record.note(fault.reason, key.digest, from: "a write")
    return fault == .tooLarge ? .tooLarge : .invalid
  }

  // MARK: Loads

  /// The same loader, of which no invalid value reaches a tier.
  private func checked(_ loader: Loader, _ coder: (any PayloadCoder)?) -> Loader {
    switch loader {
    case .each(let load): return .each { try judged(try await load($0), $0, coder) }
    case .bulk(let load):
      return .bulk { contexts in
        let payloads = try await load(contexts)
        guard payloads.count == contexts.count else { return payloads }
        return zip(contexts, payloads).map { told($1, $0, coder) }
      }
    case .finished(let loads):
      return .finished(
        loads.map {
          FinishedLoad(context: $0.context, payload: told($0.payload, $0.context, coder))
        })
    }
  }

  /// The payload; of an invalid one the context is told that the load failed.
  private func told(
    _ payload: Payload?, _ context: LoadContext, _ coder: (any PayloadCoder)?
  ) -> Payload? {
    do {
      return try judged(payload, context, coder)
    } catch {
      context.reportFailure(error)
      return nil
    }
  }

  private func judged(
    _ payload: Payload?, _ context: LoadContext, _ coder: (any PayloadCoder)?
  ) throws -> Payload? {
    guard case .value = context.ended, let payload,
      let fault = checks.fault(in: payload, size: context.size, coder)
    else { return payload }
    record.note(fault.reason, context.key.digest, from: "a load")
    if fault != .tooLarge, fails {
      throw CacheError(
        .refused, "The loaded value is not valid: \(fault.reason).", key: context.key.digest)
    }
    context.doNotStore()
    return payload
  }
}
