// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One run of the loader for one key: the lease it began with, and what it makes of the result.
struct Attempt: Sendable {
  let key: CacheKey
  /// What the loader gets.
  let load: LoadContext
  private let lease: Lease
  private let began: Timestamp
  private let stale: Entry?
  private let options: RequestOptions

  /// Begins: the lease, and with it `createdAt`, is taken before the loader runs.
  init(_ key: CacheKey, _ request: CacheRequest, _ context: CacheContext) {
    self.key = key
    lease = context.ledger.lease(key)
    stale = request.held(for: key)?.entry
    load = LoadContext(
      key: key, stale: stale, lease: lease, argument: request.arguments[key],
      fills: request.passage.fills(for: key))
    began = context.runtime.now
    options = request.options
  }

  /// Takes up a load that began earlier, under the lease with which it began.
  init?(resuming finished: FinishedLoad, _ request: CacheRequest) {
    guard let lease = finished.context.lease else { return nil }
    self.lease = lease
    load = finished.context
    key = finished.context.key
    stale = finished.context.stale
    began = lease.createdAt
    options = request.options
  }

  /// Runs the loader. Throws only when this task was cancelled.
  func reply(
    end: LoaderEnd, _ operation: (LoadContext) async throws -> Payload?
  ) async throws -> KeyReply {
    do {
      let payload = try await LoadContext.$current.withValue(load) { try await operation(load) }
      return reply(payload, end: end)
    } catch is LoadSignal {
      return reply(nil, end: end)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      return failure(error)
    }
  }

  /// The result of a loader that returned `payload`.
  func reply(_ payload: Payload?, end: LoaderEnd) -> KeyReply {
    switch load.ended {
    case .failed(let error): return failure(error)
    case .notModified: return renewed(end: end)
    case .notFound: return loaded(load.loaded(nil), end: end)
    case .value: return loaded(load.loaded(payload), end: end)
    }
  }

  /// The result of a loader that failed.
  func failure(_ error: any Error) -> KeyReply {
    let wrapped = CacheError(
      .loaderFailed, "The loader failed.", key: key.digest, underlying: error)
    return KeyReply(.failed(wrapped))
  }

  private func loaded(_ value: LoadedValue, end: LoaderEnd) -> KeyReply {
    let origin = load.origin
    let lease = origin.lease ?? lease
    let entry = end.makeEntry(value, options, lease: lease, began: began)
    var reply = KeyReply(.loaded, entry: entry, lease: lease)
    reply.fillVersions = origin.fills
    // "Not found" is remembered only where a stage (`negative`) wants it.
    if entry.isNotFound { reply.unstorable = .absent }
    if !value.isStorable { reply.unstorable = .notStorable }
    return reply
  }

  private func renewed(end: LoaderEnd) -> KeyReply {
    guard let stale, stale.isUsable(at: end.context.runtime.now) else {
      return failure(
        CacheError(.loaderFailed, "The loader reported not-modified without a stale entry."))
    }
    var value = load.loaded(stale.payload)
    value.tags += stale.tags.filter { !value.tags.contains($0) }
    value.etag = load.etag
    value.lastModified = load.lastModified
    value.size = value.size ?? Int(stale.size)
    var reply = loaded(value, end: end)
    reply.outcome = .renewed
    return reply
  }
}
