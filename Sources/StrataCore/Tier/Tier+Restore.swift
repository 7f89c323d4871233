// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// What a store found, decoded where it came back from an earlier run; `nil` (and a report) where
  /// it is of another type or form than the caller's, damaged, or refused.
  func thawed(
    _ found: (entry: Entry, epoch: UInt64)?, _ key: CacheKey, _ request: CacheRequest
  ) -> (entry: Entry, epoch: UInt64)? {
    guard let restoring, let found, let frozen = found.entry.payload as? EncodedPayload,
      let coder = request.coder
    else { return found }
    var (entry, objection) = (found.entry, String?.none)
    do throws(EnvelopeError) {
      entry.payload = try Self.decode(frozen, coder)
      for inspector in request.inspectors where objection == nil {
        objection = inspector.objection(to: entry, for: key)
      }
      if objection != nil { throw .refusedByInspector }
    } catch {
      reject(
        RejectedContent(
          key: key, tier: name, reason: error, objection: objection, bytes: frozen.bytes), request)
      return nil
    }
    if let payload = entry.payload {
      restoring.learn(coder, from: payload)
      entry.attentionAt = context.attention(to: entry, now: context.runtime.now)
      restoring.thaw(key, entry)
    }
    return (entry, found.epoch)
  }

  private static func decode(
    _ frozen: EncodedPayload, _ coder: any PayloadCoder
  ) throws(EnvelopeError) -> Payload {
    guard frozen.schema == coder.schema else { throw .wrongSchema }
    guard frozen.codec == coder.codec else { throw .wrongCodec }
    do { return try coder.decode(frozen.bytes) } catch { throw .undecodable }
  }
}
