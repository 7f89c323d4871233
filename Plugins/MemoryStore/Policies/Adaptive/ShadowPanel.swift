// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A few small caches without values that play every recipe on a sample of the keys.
///
/// A key is watched if its fingerprint falls into the sample, so a watched key is seen at every
/// access, and a shadow of `capacity / 2^shift` entries on that sample behaves like the whole
/// cache on all keys. Every shadow hit counts for its recipe; old counts fade.
///
/// All shadows share one table of keys and one sketch. A key keeps its number, which is its node
/// index in every shadow, as long as any shadow holds it.
struct ShadowPanel {
  private final class Shadow {
    var rooms: RecipeRooms
    var history: KeyHistory
    var recentHits = 0
    var score = 0.0
    var hits = 0
    init(capacity: Int, recipe: Recipe) {
      rooms = RecipeRooms(capacity: capacity, recipe: recipe)
      history = KeyHistory(capacity: capacity)
    }
  }

  private final class Keys {
    var table: PrintTable
    var holders = Column<UInt8>(filler: 0)
    init(limit: Int) {
      table = PrintTable(limit: limit)
      holders.reserve(limit)
    }
  }

  private var shadows: [Shadow]
  private var keys: Keys
  private let capacity: Int
  private let shift: UInt32
  private var accesses = 0
  private var total = 0.0
  private var clock = 0

  private static let period = labValue("LAB_PERIOD", 0.1)
  private static let fade = labValue("LAB_FADE", 0.99)
  private static let noise = labValue("LAB_NOISE", 0.001)
  private static let move = labValue("LAB_MOVE", 0.3)
  private static let cost = labValue("LAB_COST", 0.02)

  init(capacity: Int, recipes: [Recipe]) {
    var shift: UInt32 = 0
    let most = Int(labValue("LAB_SHADOW", 512))
    while capacity >> shift > most { shift += 1 }
    self.shift = shift
    self.capacity = max(1, capacity >> shift)
    let size = self.capacity
    shadows = recipes.map { Shadow(capacity: size, recipe: $0) }
    let limit = (size + 1) * recipes.count
    keys = Keys(limit: limit)
    for shadow in shadows { shadow.rooms.reserve(nodes: limit) }
  }

  /// Plays one access to a key, and returns the number of the recipe to adopt when it is time.
  mutating func play(_ print: Fingerprint, current: Int) -> Int? {
    guard shift == 0 || (print &* 0x85EB_CA6B) >> (32 - shift) == 0 else { return nil }
    guard let number = keys.table.find(print) ?? keys.table.add(print) else { return nil }
    for shadow in shadows { play(print, number, in: shadow) }
    if keys.holders[number] == 0 { keys.table.remove(print) }
    accesses += 1
    clock += 1
    guard Double(accesses) >= max(64, Self.period * Double(capacity)) else { return nil }
    return judge(current)
  }

  private func play(_ print: Fingerprint, _ number: UInt32, in shadow: Shadow) {
    shadow.history.sketch.increment(print)
    if shadow.rooms.contains(number) {
      shadow.recentHits += 1; shadow.hits += 1
      shadow.rooms.access(number)
      return
    }
    shadow.rooms.insert(number, print, weight: 1, shadow.history)
    keys.holders[number] += 1
    guard shadow.rooms.count > capacity, let victim = shadow.rooms.evict(&shadow.history) else {
      return
    }
    keys.holders[victim] -= 1
    if victim != number, keys.holders[victim] == 0 {
      keys.table.remove(shadow.rooms.fingerprint(of: victim))
    }
  }

  private mutating func judge(_ current: Int) -> Int? {
    total = total * Self.fade + Double(accesses)
    var best = current
    for (index, shadow) in shadows.enumerated() {
      shadow.score = shadow.score * Self.fade + Double(shadow.recentHits)
      shadow.recentHits = 0
      if shadow.score > shadows[best].score { best = index }
    }
    accesses = 0
    guard best != current else { return nil }
    return shadows[best].score > shadows[current].score + Self.noise * total + (Self.cost + Self.move * abs(shadows[best].rooms.recipe.windowShare - shadows[current].rooms.recipe.windowShare)) * Double(capacity) ? best : nil
  }

  func describe() -> String { "\(clock) " + shadows.map { "\(Int($0.score*1000/total)) \($0.hits)" }.joined(separator: "  ") }
}
