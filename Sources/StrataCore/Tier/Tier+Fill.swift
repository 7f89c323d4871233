// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// Stores what was found or loaded further in, and returns the replies for the tiers further out.
  func fill(
    _ replies: Batch<KeyReply>, _ request: CacheRequest, _ findings: [Finding]
  ) async -> Batch<KeyReply> {
    if request.options.skipWriting.contains(name, id.name) { return replies }
    var writes: [(position: Int, write: StoreWrite)] = []
    for (position, reply) in replies.enumerated() where reply.canFill {
      guard let entry = reply.entry, !isKnown(entry, findings[position]),
        !arrears.holds(request.keys[position])
      else { continue }
      // A store that orders its writers takes a fill only under the version it gave the reader.
      // Where it gave none (it failed, or was left out) the value may be outdated already.
      // What was loaded goes by the version from before its load, which may have begun for an
      // earlier request.
      let fill = reply.fillVersions.map { $0[name] } ?? findings[position].fillVersion
      guard let version = issuesVersions ? fill : entry.version else { continue }
      if let write = makeWrite(
        entry, request.keys[position], request, version: version, lease: reply.lease)
      {
        writes.append((position, write))
      }
    }
    if writes.isEmpty { return replies }
    if limits.fillsBehind {
      let batch = Batch(writes.map(\.write))
      context.background.start("fill") {
        _ = await attempt("set", for: .fill) { try await store.set(batch) }
      }
      return replies
    }
    return await store(writes, for: replies)
  }

  /// Whether the entry that comes back is the one that lies here already.
  private func isKnown(_ entry: Entry, _ finding: Finding) -> Bool {
    guard let known = finding.known else { return false }
    return known.version == entry.version && known.freshUntil == entry.freshUntil
      && known.createdAt == entry.createdAt
  }

  private func store(
    _ writes: [(position: Int, write: StoreWrite)], for replies: Batch<KeyReply>
  ) async -> Batch<KeyReply> {
    let batch = Batch(writes.map(\.write))
    guard let written = await attempt("set", for: .fill, { try await store.set(batch) }) else {
      return replies
    }
    var replies = replies
    for (index, result) in written.enumerated() where index < writes.count {
      note(result, &replies[writes[index].position])
    }
    return replies
  }

  /// What the tiers further out must know of a fill: its version, or that there is a newer one.
  private func note(_ result: StoreWritten, _ reply: inout KeyReply) {
    switch result {
    case .stored(let version): reply.entry?.version = version
    case .refused(let reason) where reason == .older || reason == .leaseRevoked:
      reply.unstorable = reason
    case .refused: break
    }
  }

  /// The write of an entry with this tier's lifetimes (which an entry that lies here already has),
  /// or `nil` where it cannot be encoded or was invalidated.
  func makeWrite(
    _ entry: Entry, _ key: CacheKey, _ request: CacheRequest, version: Version?, lease: Lease?,
    isLimited: Bool = true
  ) -> StoreWrite? {
    let now = context.runtime.now
    let epoch = context.ledger.epoch
    if let lease, !lease.permits(tags: entry.tags) { return nil }
    var kept =
      isLimited ? entry.limited(to: limits.ttl, maxStale: limits.maxStale, at: now) : entry
    if let version { kept.version = version }
    if marking != nil, !kept.tags.isEmpty {
      kept.usableUntil = min(kept.usableUntil, now + markLifetime)
      kept.freshUntil = min(kept.freshUntil, kept.usableUntil)
    }
    kept.attentionAt = context.attention(to: kept, now: now)
    guard let content = seal(&kept, key, request) else { return nil }
    var write = StoreWrite(
      key: key, content: content, expiresAt: kept.usableUntil, version: version, lease: lease,
      tags: kept.tags, epoch: epoch)
    write.needsTrust = !isShared
    return write
  }

  // MARK: The two forms of content

  /// The form in which the store keeps an entry; `nil` (and a report) where it cannot be encoded.
  ///
  /// What is encoded here is kept in `entry`, so that a tier further out need not do it again.
  func seal(_ entry: inout Entry, _ key: CacheKey, _ request: CacheRequest) -> StoredContent? {
    if holdsObjects {
      if let restoring, let coder = request.coder, let payload = entry.payload {
        restoring.learn(coder, from: payload)
      }
      var object = entry
      object.encoded = nil
      return .entry(object)
    }
    guard let coder = request.coder else { return nil }
    do {
      entry.encoded = try Envelope.encoded(entry, coder)
      return .sealed(
        try Envelope.seal(entry, for: key, coder: coder, transforms: request.transforms))
    } catch {
      context.report(
        .warning, "value not encoded", source: name,
        details: [("key", "\(key.digest)"), ("error", "\(type(of: error))")])
      return nil
    }
  }

  /// The entry in what the store keeps, decoded; `nil` (and a report) where it is damaged or
  /// foreign.
  func open(_ content: StoredContent, _ key: CacheKey, _ request: CacheRequest) -> Entry? {
    switch content {
    case .entry(let entry): return entry
    case .sealed(let bytes):
      guard let coder = request.coder else { return nil }
      var objection: String?
      do {
        var entry = try Envelope.open(bytes, for: key, coder: coder, transforms: request.transforms)
        entry.encoded = entry.payload as? EncodedPayload
        entry.payload = try entry.encoded.map { try coder.decode($0.bytes) }
        for inspector in request.inspectors where objection == nil {
          objection = inspector.objection(to: entry, for: key)
        }
        if objection != nil { throw EnvelopeError.refusedByInspector }
        return entry
      } catch {
        reject(
          RejectedContent(
            key: key, tier: name, reason: (error as? EnvelopeError) ?? .undecodable,
            objection: objection, bytes: bytes), request)
        return nil
      }
    }
  }

  func reject(_ content: RejectedContent, _ request: CacheRequest) {
    context.report(
      .warning, "stored value rejected", source: name,
      details: [("key", "\(content.key.digest)"), ("reason", content.reason.rawValue)])
    for inspector in request.inspectors { inspector.noteRejection(of: content) }
  }
}
