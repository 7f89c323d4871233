// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A few small caches without values that play every recipe on a sample of the keys.
///
/// A key is watched if its fingerprint falls into the sample, so a watched key is seen at every
/// access, and a shadow of `capacity / 2^shift` entries on that sample behaves like the whole
/// cache on all keys. Every shadow hit counts for its recipe; old counts fade.
///
/// All shadows share one sketch and one table of keys. A key keeps its number, which is its node
/// index in every shadow, as long as any shadow holds it. A panel takes some 150 KB at most.
struct ShadowPanel: ~Copyable {
  /// How many entries a shadow has at most: more costs time and memory, and judges no better.
  private static let largestShadow = 640
  /// Judgements per turnover of the shadow's capacity.
  private static let judgementsPerCapacity = 10
  /// What is left of a score at the next judgement: a memory of about ten capacities of accesses.
  private static let fade = 0.99
  /// Leads below this share of the remembered accesses are noise.
  private static let noise = 0.001
  /// The hits, per entry of capacity, that any change must promise before it is made, and those
  /// that it must promise for each share of the capacity that the window grows or shrinks by: a
  /// change gives up residents that the winning shadow never had to give up.
  private static let costOfChange = 0.02
  private static let costOfMoving = 0.3

  private var shadows: [Shadow]
  private var table: PrintTable
  private var holders = Column<UInt8>(filler: 0)
  private var sketch: FrequencySketch
  private let capacity: Int
  /// One key in two to this power is watched.
  let shift: UInt32
  /// The capacity, in entries, of the cache that the shadows stand for. Whatever the real ones
  /// weigh, each weighs 1 here.
  let fullCapacity: Int
  private var accesses = 0
  private var remembered = 0.0

  init(capacity: Int, recipes: [Recipe]) {
    var shift: UInt32 = 0
    while capacity >> shift > Self.largestShadow { shift += 1 }
    self.shift = shift
    fullCapacity = capacity
    let size = max(1, capacity >> shift)
    self.capacity = size
    // Shadows hold much the same keys, so fewer numbers do than there are places; were they all
    // given out, new keys would go unwatched for a while.
    let numbers = (size + 1) * min(3, recipes.count)
    table = PrintTable(limit: numbers)
    holders.reserve(numbers)
    sketch = AdaptivePolicy.makeSketch(entries: size)
    shadows = recipes.map { Shadow(capacity: size, numbers: numbers, recipe: $0) }
  }

  /// Whether a key belongs to the sample.
  @inline(__always)
  static func isWatched(_ print: Fingerprint, shift: UInt32) -> Bool {
    shift == 0 || (print &* 0x85EB_CA6B) >> (32 &- shift) == 0
  }

  /// Plays an access to a watched key, and returns the number of the recipe to adopt when it is
  /// time.
  mutating func play(_ print: Fingerprint, current: Int) -> Int? {
    guard let number = table.find(print) ?? table.add(print) else { return nil }
    sketch.increment(print)
    for shadow in shadows { play(print, number, in: shadow) }
    if holders[number] == 0 { table.remove(print) }
    accesses += 1
    guard accesses >= max(64, capacity / Self.judgementsPerCapacity) else { return nil }
    return judge(current)
  }

  private mutating func play(_ print: Fingerprint, _ number: UInt32, in shadow: Shadow) {
    if shadow.rooms.contains(number) {
      shadow.recentHits += 1
      shadow.rooms.access(number)
      return
    }
    shadow.rooms.insert(number, print, weight: 1, shadow.ghosts)
    holders[number] = holders[number] + 1
    guard shadow.rooms.count > capacity, let victim = shadow.evict(sketch) else { return }
    holders[victim] = holders[victim] - 1
    if victim != number, holders[victim] == 0 { table.remove(shadow.rooms.fingerprint(of: victim)) }
  }

  private mutating func judge(_ current: Int) -> Int? {
    remembered = remembered * Self.fade + Double(accesses)
    accesses = 0
    var best = current
    for (index, shadow) in shadows.enumerated() {
      shadow.score = shadow.score * Self.fade + Double(shadow.recentHits)
      shadow.recentHits = 0
      if shadow.score > shadows[best].score { best = index }
    }
    guard best != current else { return nil }
    let lead = shadows[best].score - shadows[current].score
    return lead > Self.noise * remembered + cost(from: current, to: best) ? best : nil
  }

  private func cost(from current: Int, to best: Int) -> Double {
    let here = shadows[current].rooms.recipe.windowShare
    let there = shadows[best].rooms.recipe.windowShare
    return (Self.costOfChange + Self.costOfMoving * abs(there - here)) * Double(capacity)
  }
}

/// One shadow: the residents under one recipe, and its score.
private final class Shadow {
  var rooms: RecipeRooms
  var ghosts: GhostFilter
  var recentHits = 0
  var score = 0.0

  init(capacity: Int, numbers: Int, recipe: Recipe) {
    rooms = RecipeRooms(capacity: capacity, recipe: recipe)
    rooms.reserve(nodes: numbers)
    ghosts = GhostFilter(generation: capacity)
  }

  func evict(_ sketch: borrowing FrequencySketch) -> NodeIndex? { rooms.evict(sketch, &ghosts) }
}
