// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// W-TinyLFU (Einziger, Eytan, Friedman, Manes): a window, a guarded main space, and a climber.
///
/// New entries enter a small LRU window. One that falls out of it must be seen more often, by the
/// ``FrequencySketch``, than the entry that the main space would give up; else it leaves. The main
/// space is a segmented LRU: `probation` for those admitted, `protected` for those read again.
/// The size of the window follows the hit ratio uphill (see ``HillClimber``).
final class WTinyLFUPolicy: EvictionPolicy {
  private enum Room: UInt8, BitwiseCopyable {
    case absent
    case window
    case probation
    case protected
  }

  private static let initialWindowShare = 0.01
  private static let protectedShare = 0.8
  /// A candidate this famous gets in now and then although it lost: it breaks sets of keys chosen
  /// to collide with a famous victim.
  private static let fameForLuck = 6

  @exclusivity(unchecked) private var links = NodeLinks()
  @exclusivity(unchecked) private var window = NodeQueue()
  @exclusivity(unchecked) private var probation = NodeQueue()
  @exclusivity(unchecked) private var protected = NodeQueue()
  @exclusivity(unchecked) private var rooms = Column(filler: Room.absent)
  @exclusivity(unchecked) private var prints = Column<Fingerprint>(filler: 0)
  @exclusivity(unchecked) private var sketch: FrequencySketch
  @exclusivity(unchecked) private var climber: HillClimber
  @exclusivity(unchecked) private var random: SplitMix
  @exclusivity(unchecked) private var candidate = NodeLinks.none
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private var entries: EntryCount
  @exclusivity(unchecked) private var windowLimit = 0

  /// Creates an empty policy; the seed only feeds the rare lucky admission.
  init(_ request: PolicyCatalog.Request) {
    capacity = request.capacity
    entries = EntryCount(request)
    sketch = FrequencySketch(capacity: entries.count)
    climber = HillClimber(capacity: capacity, entries: entries.count)
    random = SplitMix(seed: request.seed)
    windowLimit = max(1, Int(Double(capacity) * Self.initialWindowShare))
  }

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    rooms.reserve(nodes)
    prints.reserve(nodes)
    if entries.reserve(nodes: nodes) { layOut() }
  }

  func resize(capacity: Int) {
    let share = Double(windowLimit) / Double(max(1, self.capacity))
    self.capacity = capacity
    windowLimit = max(1, Int(Double(capacity) * share))
    entries.resize(capacity: capacity)
    layOut()
  }

  private func layOut() {
    sketch.resize(capacity: entries.count)
    climber.resize(capacity: capacity, entries: entries.count)
  }

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    prints[node] = traits.fingerprint
    sketch.increment(traits.fingerprint)
    rooms[node] = .window
    links.append(node, to: &window)
    adjustWindow(climber.record(isHit: false))
    drainWindow()
  }

  func access(_ node: NodeIndex) {
    switch rooms[node] {
    case .absent: return
    case .window: links.moveToBack(node, of: &window)
    case .probation: promote(node)
    case .protected: links.moveToBack(node, of: &protected)
    }
    sketch.increment(prints[node])
    adjustWindow(climber.record(isHit: true))
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    if old != node, rooms[old] != .absent {
      links.setWeight(traits.weight, of: node)
      prints[node] = traits.fingerprint
      switch rooms[old] {
      case .window: links.substitute(old, with: node, in: &window)
      case .probation: links.substitute(old, with: node, in: &probation)
      default: links.substitute(old, with: node, in: &protected)
      }
      rooms[node] = rooms[old]
      rooms[old] = .absent
      if candidate == old { candidate = node }
    }
    access(node)
  }

  func remove(_ node: NodeIndex) {
    switch rooms[node] {
    case .absent: return
    case .window: links.remove(node, from: &window)
    case .probation: links.remove(node, from: &probation)
    case .protected: links.remove(node, from: &protected)
    }
    rooms[node] = .absent
    if candidate == node { candidate = NodeLinks.none }
  }

  func evict() -> NodeIndex? {
    guard let victim = chooseVictim() else { return nil }
    remove(victim)
    return victim
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    guard links.visit(probation, body) else { return }
    if links.visit(window, body) { links.visit(protected, body) }
  }

  private func chooseVictim() -> NodeIndex? {
    let mainVictim = probation.isEmpty ? protected.front : probation.front
    guard mainVictim != NodeLinks.none else {
      return window.isEmpty ? nil : window.front
    }
    guard candidate != NodeLinks.none, candidate != mainVictim else { return mainVictim }
    if isAdmitted(prints[candidate], against: prints[mainVictim]) { return mainVictim }
    return candidate
  }

  private func isAdmitted(_ newcomer: Fingerprint, against victim: Fingerprint) -> Bool {
    let fame = sketch.estimate(newcomer)
    if fame > sketch.estimate(victim) { return true }
    return fame >= Self.fameForLuck && random.next(below: 128) == 0
  }

  private func promote(_ node: NodeIndex) {
    if candidate == node { candidate = NodeLinks.none }
    links.remove(node, from: &probation)
    rooms[node] = .protected
    links.append(node, to: &protected)
    let limit = Int(Double(capacity - windowLimit) * Self.protectedShare)
    while protected.weight > limit, protected.count > 1, let demoted = links.popFront(&protected) {
      rooms[demoted] = .probation
      links.append(demoted, to: &probation)
    }
  }

  private func drainWindow() {
    while window.weight > windowLimit, window.count > 1, let node = links.popFront(&window) {
      rooms[node] = .probation
      links.append(node, to: &probation)
      candidate = node
    }
  }

  /// Moves entries between the main space and the window so that the window may grow or shrink by
  /// `amount` (in weight).
  private func adjustWindow(_ amount: Int) {
    guard amount != 0 else { return }
    let largest = max(1, Int(Double(capacity) * 0.8))
    windowLimit = min(max(1, windowLimit + amount), largest)
    while window.weight < windowLimit, !probation.isEmpty, window.weight + probation.weight > 0 {
      guard amount > 0, let node = links.popFront(&probation) else { break }
      if candidate == node { candidate = NodeLinks.none }
      rooms[node] = .window
      links.append(node, to: &window)
    }
    if amount < 0 { drainWindow() }
  }
}
