// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One reading of a file and all that it includes.
struct IncludeSession {
  /// A file by the path it is read from, and by the name that messages give it.
  ///
  /// They differ where an environment variable is part of the path: its value is not shown.
  struct File: Hashable {
    var path: String
    var name: String

    /// What tells two paths of one file together, as far as their text does.
    var identity: String { FilePath.normalized(path) }
  }

  private static let key = "include"

  private let files: any ConfigFiles
  private let variables: Variables
  private let limits: ConfigLimits
  private var nodesLeft: Int
  /// The trees by path; `nil` for a file that was read and is wrong.
  private var loaded: [String: ConfigNode?] = [:]

  /// Whether everything that was asked for could be read.
  private(set) var isComplete = true
  /// What is wrong so far.
  private(set) var problems: [ConfigurationProblem] = []
  /// The paths that were asked for, in order.
  private(set) var filesRead: [String] = []

  init(files: any ConfigFiles, variables: Variables, limits: ConfigLimits) {
    self.files = files
    self.variables = variables
    self.limits = limits
    nodesLeft = limits.nodes
  }

  /// The tree of the file at `path` over the trees of its includes.
  mutating func load(_ path: String) -> ConfigNode? {
    let place = SourceLocation(file: path, line: 1, column: 1)
    return load(File(path: path, name: path), chain: [], asked: ConfigNode(.null, at: place))
  }

  /// `chain` are the files that include this one, the outermost first; `asked` is the node that
  /// names it.
  private mutating func load(_ file: File, chain: [File], asked: ConfigNode) -> ConfigNode? {
    if let known = loaded[file.path] { return known }
    guard let text = read(file, chain: chain, asked: asked) else { return nil }
    let yaml = YAMLText(
      text, file: file.name, limits: limits, nodesLeft: nodesLeft, variables: variables)
    nodesLeft = yaml.nodesLeft
    problems += yaml.problems
    let whole = yaml.root.flatMap { tree(of: $0, file, chain: chain + [file]) }
    loaded[file.path] = .some(whole)
    return whole
  }

  /// The map of a file, joined with what it includes.
  private mutating func tree(of root: ConfigNode, _ file: File, chain: [File]) -> ConfigNode? {
    guard case .map(var fields) = root.value else {
      let shown = root.shown
      report("a configuration is a map that begins with version: 1, not \(shown)", root, path: "")
      return nil
    }
    let include = fields.first { $0.key == Self.key }
    fields.removeAll { $0.key == Self.key }
    let own = ConfigNode(.map(fields), at: root.location)
    guard let include, let base = base(of: include.value, file, chain: chain) else { return own }
    return ConfigOverlay.join(own, over: base)
  }

  private mutating func read(_ file: File, chain: [File], asked: ConfigNode) -> [UInt8]? {
    if let start = chain.firstIndex(where: { $0.identity == file.identity }) {
      let circle = (chain[start...] + [file]).map(\.name).joined(separator: " includes ")
      report("the files include one another in a circle: \(circle)", asked)
    } else if chain.count > limits.includeDepth {
      report("files include one another more than \(limits.includeDepth) deep", asked)
    } else if filesRead.count >= limits.files {
      report("the configuration has more than \(limits.files) files", asked)
    } else {
      filesRead.append(file.path)
      do throws(DiskError) {
        return try files.read(file.path, limit: limits.fileBytes + 1)
      } catch {
        report(Self.words(error, of: file), asked, path: chain.isEmpty ? "" : Self.key)
      }
    }
    return nil
  }

  /// The joined trees of the files that an `include` names.
  private mutating func base(
    of include: ConfigNode, _ file: File, chain: [File]
  ) -> ConfigNode? {
    var joined: ConfigNode?
    for node in names(in: include) {
      guard let next = included(node, from: file),
        let tree = load(next, chain: chain, asked: node)
      else {
        isComplete = false
        continue
      }
      guard let base = joined else {
        joined = tree
        continue
      }
      joined = ConfigOverlay.join(tree, over: base, problems: &problems)
    }
    return joined
  }

  private func names(in include: ConfigNode) -> [ConfigNode] {
    if case .list(let items) = include.value { items } else { [include] }
  }

  private mutating func included(_ node: ConfigNode, from file: File) -> File? {
    guard case .scalar(let path, _) = node.value, !path.isEmpty else {
      report("include takes the path of a file or a list of them, not \(node.shown)", node)
      return nil
    }
    let name = FilePath.resolve(node.written ?? path, from: file.name)
    return File(
      path: FilePath.resolve(path, from: file.path),
      name: ScalarProblem.printable(name, limit: 1024))
  }

  private mutating func report(
    _ message: String, _ node: ConfigNode, path: String = IncludeSession.key
  ) {
    problems.append(ConfigurationProblem(at: node.location, path: path, message))
  }

  private static func words(_ error: DiskError, of file: File) -> String {
    let name = ScalarProblem.quoted(file.name)
    return switch error.code {
    case .notFound: "there is no file \(name)"
    case .denied: "the file \(name) may not be read"
    default: "the file \(name) cannot be read: \(error.code.rawValue)"
    }
  }
}
