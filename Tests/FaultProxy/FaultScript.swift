// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataNetwork

/// The rules of one direction of one connection at work, as a value: bytes in, steps out.
struct FaultScript {
  /// What to do with bytes, in order.
  enum Step: Equatable {
    /// Send these, `delay` after they came and not before `gap` has passed since the step before.
    case send([UInt8], delay: Duration, gap: Duration)
    /// End the connection, `delay` after.
    case cut(ClosingManner, delay: Duration)
  }

  private struct Piece {
    var bytes: [UInt8]
    var start: Int
    var delay = Duration.zero
    var gap = Duration.zero
    var cut: ClosingManner?
  }

  private var rules: [FaultRule] = []
  private var uses: [Int] = []
  private var position = 0
  private var seed: UInt64
  private var swapped: Piece?

  init(seed: UInt64) { self.seed = seed }

  /// Whether nothing may pass.
  var isHolding: Bool { rules.contains { $0.fault == .hold } }

  /// Changes the rules; what was used up of `times` is forgotten.
  mutating func setRules(_ rules: [FaultRule]) {
    self.rules = rules
    uses = [Int](repeating: 0, count: rules.count)
  }

  /// What becomes of `bytes`.
  mutating func pass(_ bytes: [UInt8]) -> [Step] {
    var pieces = [Piece(bytes: bytes, start: position)]
    position += bytes.count
    for index in rules.indices { pieces = apply(index, pieces) }
    if let held = swapped.take() {
      if pieces.isEmpty { swapped = held } else { pieces.append(held) }
    }
    swapped = nextSwapped.take()
    return pieces.flatMap(steps)
  }

  private var nextSwapped: Piece?

  private func steps(_ piece: Piece) -> [Step] {
    let sent =
      piece.bytes.isEmpty ? [] : [Step.send(piece.bytes, delay: piece.delay, gap: piece.gap)]
    return sent + (piece.cut.map { [.cut($0, delay: piece.delay)] } ?? [])
  }

  private mutating func apply(_ index: Int, _ pieces: [Piece]) -> [Piece] {
    var result: [Piece] = []
    for piece in pieces {
      guard result.last?.cut == nil else { break }
      let (before, concerned) = divide(piece, rules[index].moment)
      result += before.map { [$0] } ?? []
      guard let concerned else { continue }
      result += mayApply(index, concerned) ? transform(concerned, rules[index].fault) : [concerned]
    }
    return result
  }

  private func divide(_ piece: Piece, _ moment: FaultRule.Moment) -> (Piece?, Piece?) {
    guard case .atByte(let at) = moment, at > piece.start else { return (nil, piece) }
    guard at < piece.start + piece.bytes.count else { return (piece, nil) }
    var (before, after) = (piece, piece)
    before.bytes = Array(piece.bytes[..<(at - piece.start)])
    before.cut = nil
    after.bytes = Array(piece.bytes[(at - piece.start)...])
    after.start = at
    return (before, after)
  }

  private mutating func mayApply(_ index: Int, _ piece: Piece) -> Bool {
    let rule = rules[index]
    if let times = rule.times, uses[index] >= times { return false }
    let isMoment =
      switch rule.moment {
      case .always, .atByte: true
      case .chance(let likelihood): Double(draw() >> 11) * 0x1p-53 < likelihood
      case .containing(let bytes): Self.contains(piece.bytes, bytes)
      }
    if isMoment { uses[index] += 1 }
    return isMoment
  }

  private mutating func transform(_ piece: Piece, _ fault: FaultRule.Fault) -> [Piece] {
    var piece = piece
    switch fault {
    case .hold: break
    case .delay(let time): piece.delay += time
    case .jitter(let range):
      let spread = (range.upperBound - range.lowerBound) * (Double(draw() >> 11) * 0x1p-53)
      piece.delay += range.lowerBound + spread
    case .split(let size): return parts(piece, size, gap: .zero)
    case .trickle(let size, let gap): return parts(piece, size, gap: gap)
    case .drop: return []
    case .cut(let manner):
      piece.bytes = []
      piece.cut = manner
    case .inject(let bytes):
      return [Piece(bytes: bytes, start: piece.start, delay: piece.delay), piece]
    case .replace(let bytes): piece.bytes = bytes
    case .flipBit:
      guard !piece.bytes.isEmpty else { break }
      let bit = Int(draw().multipliedFullWidth(by: UInt64(piece.bytes.count * 8)).high)
      piece.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    case .swap:
      guard swapped == nil && nextSwapped == nil else { break }
      nextSwapped = piece
      return []
    }
    return [piece]
  }

  private func parts(_ piece: Piece, _ size: Int, gap: Duration) -> [Piece] {
    stride(from: 0, to: piece.bytes.count, by: max(1, size)).map { offset in
      var part = piece
      part.bytes = Array(piece.bytes[offset..<min(offset + max(1, size), piece.bytes.count)])
      part.start += offset
      part.gap = gap
      return part
    }
  }

  private mutating func draw() -> UInt64 {
    seed &+= 0x9e37_79b9_7f4a_7c15
    var mixed = seed
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  private static func contains(_ bytes: [UInt8], _ pattern: [UInt8]) -> Bool {
    guard bytes.count >= pattern.count else { return false }
    return (0...(bytes.count - pattern.count)).contains { bytes[$0...].starts(with: pattern) }
  }
}
