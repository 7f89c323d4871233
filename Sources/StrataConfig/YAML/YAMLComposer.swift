// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Builds a tree from the events of one YAML text.
///
/// It is a stack machine, so a deep text costs no call stack. An alias shares the tree of its
/// anchor instead of copying it, yet is charged for every node in it: a bomb of aliases of aliases
/// runs out of its budget at the event where it would pass it. An anchor is known once its node is
/// complete, which makes a cycle an alias of an unfinished anchor; both limits together bound
/// everything that walks the tree later.
///
/// Problems are collected and the build goes on; only exhausted limits halt it.
struct YAMLComposer {
  /// Thrown when going on would be pointless or costly; the reason is among the problems.
  struct Halt: Error {}

  private struct Anchored {
    var node: ConfigNode
    var size: Int
    var height: Int
  }

  private let file: String
  private let limits: ConfigLimits
  private let variables: Variables
  private var stack: [YAMLFrame] = []
  private var anchors: [String: Anchored] = [:]
  private var sawDocument = false

  /// What was built, once the stream has ended.
  private(set) var root: ConfigNode?
  /// What was wrong, in the order of the text.
  private(set) var problems: [ConfigurationProblem] = []
  /// How many more nodes the configuration may have.
  private(set) var nodesLeft: Int

  init(file: String, limits: ConfigLimits, nodesLeft: Int, variables: Variables) {
    self.file = file
    self.limits = limits
    self.nodesLeft = nodesLeft
    self.variables = variables
  }

  /// Takes the next event of the text.
  mutating func take(_ event: YAMLEvent) throws(Halt) {
    let place = SourceLocation(file: file, line: event.line, column: event.column)
    switch event.kind {
    case .documentStart: try startDocument(at: place)
    case .scalar(let text, let isPlain): try takeScalar(text, isPlain, event, at: place)
    case .alias(let name): try takeAlias(name, at: place)
    case .listStart: try open(event, isMap: false, at: place)
    case .mapStart: try open(event, isMap: true, at: place)
    case .listEnd, .mapEnd: try close()
    case .documentEnd: break
    case .streamEnd:
      if !sawDocument {
        try report("the file holds nothing; a configuration begins with version: 1", at: place)
      }
    }
  }

  // MARK: - Nodes

  private mutating func startDocument(at place: SourceLocation) throws(Halt) {
    if sawDocument {
      try halt("a second document begins here; a configuration is one document", at: place)
    }
    sawDocument = true
  }

  private mutating func open(
    _ event: YAMLEvent, isMap: Bool, at place: SourceLocation
  ) throws(Halt) {
    try spend(1, at: place)
    try checkDepth(1, at: place)
    let isKey = stack.last?.wantsKey ?? false
    if isKey {
      try report("a key is one word; quote a value that begins with '{' or '['", at: place)
    }
    if let message = YAMLTag(event.tag).misuse(on: isMap ? .map : .list) {
      try report(message, at: place)
    }
    stack.append(YAMLFrame(isMap: isMap, location: place, anchor: event.anchor, isKey: isKey))
  }

  private mutating func close() throws(Halt) {
    guard let frame = stack.popLast() else { return }
    if frame.isKey {
      refuseKey("", at: frame.location)
    } else {
      try add(frame.node, size: frame.size, height: frame.height, anchor: frame.anchor)
    }
  }

  private mutating func takeScalar(
    _ text: String, _ isPlain: Bool, _ event: YAMLEvent, at place: SourceLocation
  ) throws(Halt) {
    try spend(1, at: place)
    if stack.last?.wantsKey != true {
      let node = try scalar(text, isPlain, YAMLTag(event.tag), at: place)
      return try add(node, size: 1, height: 0, anchor: event.anchor)
    }
    if let anchor = event.anchor {
      let node = ConfigNode(.scalar(text, quoted: !isPlain), at: place)
      anchors[anchor] = Anchored(node: node, size: 1, height: 0)
    }
    if let message = YAMLTag(event.tag).misuse(on: .key) { try report(message, at: place) }
    try takeKey(text, isPlain, at: place)
  }

  private mutating func takeAlias(_ name: String, at place: SourceLocation) throws(Halt) {
    guard let target = try target(of: name, at: place) else {
      try spend(1, at: place)
      if stack.last?.wantsKey == true { return refuseKey("", at: place) }
      return try add(ConfigNode(.null, at: place), size: 1, height: 0, anchor: nil)
    }
    try spend(target.size, at: place)
    try checkDepth(target.height, at: place)
    if stack.last?.wantsKey != true {
      return try add(target.node, size: target.size, height: target.height, anchor: nil)
    }
    if case .scalar(let key, let quoted) = target.node.value, !target.node.isFromEnvironment {
      return try takeKey(key, !quoted, at: place)
    }
    try report(
      "a key is one word; *\(ScalarProblem.printable(name)) stands for something else", at: place)
    refuseKey("", at: place)
  }

  private mutating func target(
    of name: String, at place: SourceLocation
  ) throws(Halt) -> Anchored? {
    let shown = ScalarProblem.printable(name)
    if stack.contains(where: { $0.anchor == name }) {
      try report("*\(shown) stands inside the very node it stands for; there is no end", at: place)
      return nil
    }
    if let target = anchors[name] { return target }
    let nearest = anchors.count > 100 ? nil : nearestWord(to: name, among: anchors.keys.sorted())
    let advice = nearest.map { "did you mean *\($0)?" } ?? "define it before as &\(shown)"
    try report("there is no anchor &\(shown); \(advice)", at: place)
    return nil
  }

  /// Hands a finished node to the map or list around it.
  private mutating func add(
    _ node: ConfigNode, size: Int, height: Int, anchor: String?
  ) throws(Halt) {
    if let anchor { anchors[anchor] = Anchored(node: node, size: size, height: height) }
    guard let top = stack.indices.last else { return root = node }
    stack[top].size += size
    stack[top].height = max(stack[top].height, height + 1)
    guard let key = stack[top].key else { return stack[top].items.append(node) }
    switch key.use {
    case .field: stack[top].addField(key, node)
    case .merge: try merge(node, into: top)
    case .discard: break
    }
    stack[top].key = nil
  }

  private mutating func merge(_ node: ConfigNode, into top: Int) throws(Halt) {
    let maps = if case .list(let items) = node.value { items } else { [node] }
    for map in maps {
      guard case .map = map.value else {
        try report("'<<' takes a map or a list of maps, not \(map.shown)", at: map.location)
        continue
      }
      stack[top].merged.append(map)
    }
    stack[top].mergePosition = stack[top].fields.count
  }

  // MARK: - Keys

  private mutating func takeKey(
    _ name: String, _ isPlain: Bool, at place: SourceLocation
  ) throws(Halt) {
    if let message = keyProblem(name, isPlain) {
      try report(message, at: place)
      return refuseKey(name, at: place)
    }
    guard let top = stack.indices.last else { return }
    let isMerge = isPlain && name == "<<"
    if let first = isMerge ? stack[top].mergePlace : stack[top].place(of: name) {
      let shown = ScalarProblem.quoted(name)
      try report("\(shown) is given twice; the first is at \(first)", at: place, key: name)
      return refuseKey(name, at: place)
    }
    if isMerge { stack[top].mergePlace = place }
    let use: YAMLFrame.KeyUse = isMerge ? .merge : .field
    stack[top].key = YAMLFrame.Key(name: name, location: place, use: use)
  }

  private func keyProblem(_ name: String, _ isPlain: Bool) -> String? {
    if name.isEmpty && isPlain { return "a key is missing before ':'" }
    if name.utf8.count > 1024 { return "the key is longer than 1024 bytes" }
    if name.utf8.contains(0) { return "a key cannot hold a NUL" }
    if name.utf8.contains(UInt8(ascii: "$")), name.contains("${") {
      return "a key cannot hold a variable; only values can"
    }
    return nil
  }

  /// Goes on with the value of a key that was refused, to find what is wrong inside.
  private mutating func refuseKey(_ name: String, at place: SourceLocation) {
    guard let top = stack.indices.last else { return }
    stack[top].key = YAMLFrame.Key(name: name, location: place, use: .discard)
  }

  // MARK: - Scalars

  private mutating func scalar(
    _ text: String, _ isPlain: Bool, _ tag: YAMLTag, at place: SourceLocation
  ) throws(Halt) -> ConfigNode {
    if let message = tag.misuse(on: .scalar) { try report(message, at: place) }
    if text.utf8.count > limits.scalarBytes {
      try report("the value is longer than \(SizeText.text(for: limits.scalarBytes))", at: place)
      return ConfigNode(.null, at: place)
    }
    if !isPlain, text.utf8.contains(0) { try report("a value cannot hold a NUL", at: place) }
    let readsAsPlain = isPlain && tag == .none || tag == .plain
    if readsAsPlain, PlainScalar.isNull(text) { return ConfigNode(.null, at: place) }
    // Plain text over several lines is text, whatever it says.
    let quoted = !(readsAsPlain && PlainScalar.isSafe(text))
    guard text.utf8.contains(UInt8(ascii: "$")) else {
      return ConfigNode(.scalar(text, quoted: quoted), at: place)
    }
    let filled = variables.fill(text, limit: limits.scalarBytes)
    for message in filled.problems { try report(message, at: place) }
    let written = filled.usesVariables ? text : nil
    return ConfigNode(.scalar(filled.text, quoted: quoted), at: place, written: written)
  }

  // MARK: - Problems

  /// The path of the node that comes next.
  private var path: String {
    stack.reduce("") { path, frame in
      if let key = frame.key {
        return key.name.isEmpty && key.use == .discard ? path : ConfigPath.key(key.name, in: path)
      }
      return frame.isMap ? path : ConfigPath.item(frame.items.count, in: path)
    }
  }

  private mutating func report(
    _ message: String, at place: SourceLocation, key: String? = nil
  ) throws(Halt) {
    let path = key.map { ConfigPath.key($0, in: self.path) } ?? path
    problems.append(ConfigurationProblem(at: place, path: ConfigPath.shortened(path), message))
    // One more than is reported, so that whoever reports them sees that there are others.
    if problems.count > limits.problems { throw Halt() }
  }

  private mutating func halt(_ message: String, at place: SourceLocation) throws(Halt) -> Never {
    try report(message, at: place)
    throw Halt()
  }

  private mutating func spend(_ nodes: Int, at place: SourceLocation) throws(Halt) {
    nodesLeft -= nodes
    if nodesLeft < 0 {
      let advice = nodes > 1 ? "this alias stands for \(nodes) of them" : "split it up"
      try halt("the configuration has more than \(limits.nodes) nodes; \(advice)", at: place)
    }
  }

  private mutating func checkDepth(_ levels: Int, at place: SourceLocation) throws(Halt) {
    if stack.count + levels > limits.depth {
      try halt("maps and lists are nested more than \(limits.depth) deep", at: place)
    }
  }
}
