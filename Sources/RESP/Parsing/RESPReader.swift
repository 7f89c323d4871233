// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Reads tokens of a frame that was accepted before.
///
/// The bytes were checked when the frame was found, so there is always a token. Should that ever be
/// wrong, the reader says nil and the value ends there: it never reads past the frame and never
/// traps.
struct RESPReader {
  private let tokenizer: RESPTokenizer

  init(base: UnsafeRawPointer, end: Int) {
    tokenizer = RESPTokenizer(base: base, end: end, limits: .accepted)
  }

  @inline(__always)
  func token(at offset: Int) -> RESPToken? {
    do throws(RESPProtocolError) {
      return try tokenizer.token(at: offset)
    } catch {
      return nil
    }
  }

  /// The offset after the value whose token this is, with everything in it.
  func skip(_ token: RESPToken) -> Int {
    guard token.isAggregate || token.isStreamed else { return token.next }
    return skipWithin(token)
  }

  /// Recurses once per level of nesting, which the limits hold to 128.
  private func skipWithin(_ token: RESPToken) -> Int {
    var position = token.next
    var remaining = token.isStreamed ? -1 : token.length
    while remaining != 0, let inner = self.token(at: position) {
      if inner.type == .end || (inner.type == .chunk && inner.length == 0) { return inner.next }
      position = skip(inner)
      if inner.type != .attribute { remaining -= 1 }
    }
    return position
  }
}
