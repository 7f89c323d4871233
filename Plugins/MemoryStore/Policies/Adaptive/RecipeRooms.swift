// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The residents of an adaptive cache, in three queues, run by a ``Recipe`` that may change.
///
/// New entries enter the `window`. The main space behind it is a segmented LRU: `probation` for
/// those admitted, `protected` for those read again. A change of recipe moves nothing at once:
/// every later write and read drifts the queues towards their new sizes, a few nodes at a time.
///
/// What is known of keys that may not be resident belongs to the caller: the sketch and the ghosts.
struct RecipeRooms: ~Copyable {
  private enum Room: UInt8 {
    case absent
    case window
    case probation
    case protected
  }

  /// The room in the lower two bits, the reads, of which at most three are counted, above.
  private struct Mark: BitwiseCopyable {
    private var bits: UInt8 = 0

    var room: Room { Room(rawValue: bits & 3) ?? .absent }

    func moved(to room: Room) -> Mark {
      var mark = self
      mark.bits = bits & ~3 | room.rawValue
      return mark
    }

    var reads: UInt8 { bits >> 2 }

    var afterRead: Mark {
      var mark = self
      if bits < 12 { mark.bits += 4 }
      return mark
    }
  }

  private static let protectedShare = 0.8
  private static let readsToStay: UInt8 = 2
  private static let mostMovesPerWrite = 16

  private(set) var recipe: Recipe
  private var capacity: Int
  private var windowLimit = 0
  private var mainLimit = 0
  private var protectedLimit = 0
  private var links = NodeLinks()
  private var window = NodeQueue()
  private var probation = NodeQueue()
  private var protected = NodeQueue()
  private var marks = Column(filler: Mark())
  private var prints = Column<Fingerprint>(filler: 0)
  private var candidate = NodeLinks.none

  init(capacity: Int, recipe: Recipe) {
    self.capacity = capacity
    self.recipe = recipe
    updateLimits()
  }

  var weight: Int { window.weight + probation.weight + protected.weight }
  var count: Int { window.count + probation.count + protected.count }

  func contains(_ node: NodeIndex) -> Bool { marks[node].room != .absent }
  func fingerprint(of node: NodeIndex) -> Fingerprint { prints[node] }

  mutating func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    marks.reserve(nodes)
    prints.reserve(nodes)
  }

  mutating func adopt(_ recipe: Recipe) {
    self.recipe = recipe
    updateLimits()
  }

  mutating func resize(capacity: Int) {
    self.capacity = capacity
    updateLimits()
  }

  mutating func insert(
    _ node: NodeIndex, _ print: Fingerprint, weight: UInt32, _ ghosts: borrowing GhostFilter
  ) {
    links.setWeight(weight, of: node)
    prints[node] = print
    if recipe.welcomesBack, ghosts.contains(print) {
      enter(node, .probation)
    } else {
      enter(node, .window)
      drainWindow()
    }
  }

  mutating func access(_ node: NodeIndex) {
    switch marks[node].room {
    case .absent: return
    case .window: links.moveToBack(node, of: &window)
    case .probation, .protected: accessMain(node)
    }
    marks[node] = marks[node].afterRead
  }

  mutating func replace(_ old: NodeIndex, with node: NodeIndex, weight: UInt32) {
    guard old != node, contains(old) else { return }
    links.setWeight(weight, of: node)
    switch marks[old].room {
    case .absent: return
    case .window: links.substitute(old, with: node, in: &window)
    case .probation: links.substitute(old, with: node, in: &probation)
    case .protected: links.substitute(old, with: node, in: &protected)
    }
    marks[node] = marks[old]
    marks[old] = Mark()
    prints[node] = prints[old]
    if candidate == old { candidate = node }
  }

  mutating func remove(_ node: NodeIndex) {
    leave(node)
    marks[node] = Mark()
  }

  mutating func evict(
    _ sketch: borrowing FrequencySketch, _ ghosts: inout GhostFilter
  ) -> NodeIndex? {
    guard let victim = loserOfContest(sketch) ?? anyone() else { return nil }
    ghosts.insert(prints[victim])
    remove(victim)
    return victim
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    guard links.visit(probation, body) else { return }
    if links.visit(window, body) { links.visit(protected, body) }
  }

  private mutating func updateLimits() {
    windowLimit = max(1, Int(Double(capacity) * recipe.windowShare))
    mainLimit = capacity - windowLimit
    protectedLimit = Int(Double(mainLimit) * Self.protectedShare)
  }

  private mutating func enter(_ node: NodeIndex, _ room: Room) {
    marks[node] = marks[node].moved(to: room)
    switch room {
    case .absent: return
    case .window: links.append(node, to: &window)
    case .probation: links.append(node, to: &probation)
    case .protected: links.append(node, to: &protected)
    }
  }

  private mutating func leave(_ node: NodeIndex) {
    switch marks[node].room {
    case .absent: return
    case .window: links.remove(node, from: &window)
    case .probation: links.remove(node, from: &probation)
    case .protected: links.remove(node, from: &protected)
    }
    if candidate == node { candidate = NodeLinks.none }
  }

  /// A read in a main space that is too long moves the entry to the window, which then is too
  /// short: so a larger window is filled with the entries that are in use.
  private mutating func accessMain(_ node: NodeIndex) {
    if marks[node].room == .protected, mainWeight <= mainLimit {
      return links.moveToBack(node, of: &protected)
    }
    leave(node)
    if mainWeight > mainLimit, window.weight < windowLimit { return enter(node, .window) }
    enter(node, .protected)
    while protected.weight > protectedLimit, protected.count > 1,
      let demoted = links.popFront(&protected)
    {
      enter(demoted, .probation)
    }
  }

  private var mainWeight: Int { probation.weight + protected.weight }

  private mutating func drainWindow() {
    var moves = 0
    while window.weight > windowLimit, window.count > 1, moves < Self.mostMovesPerWrite,
      let node = links.popFront(&window)
    {
      enter(node, .probation)
      candidate = marks[node].reads >= Self.readsToStay ? NodeLinks.none : node
      moves += 1
    }
  }

  private var mainVictim: NodeIndex {
    probation.isEmpty ? protected.front : probation.front
  }

  private mutating func loserOfContest(_ sketch: borrowing FrequencySketch) -> NodeIndex? {
    let victim = mainVictim
    guard victim != NodeLinks.none else { return nil }
    guard candidate != NodeLinks.none, candidate != victim else { return victim }
    let newcomer = sketch.estimate(prints[candidate])
    return newcomer > sketch.estimate(prints[victim]) + recipe.lead ? victim : candidate
  }

  private func anyone() -> NodeIndex? {
    let node = window.isEmpty ? mainVictim : window.front
    return node == NodeLinks.none ? nil : node
  }
}
