// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// Something that may not be written, where, and why not.
struct WordRule: Sendable, CustomStringConvertible {
  let name: String
  let pattern: String
  let why: String
  let applies: @Sendable (SourceFile) -> Bool
  /// Text that the rule must find, and text that it must leave alone.
  let catches: String
  let permits: String

  var description: String { name }

  /// Where `file` has it.
  func violations(in file: SourceFile) -> [Violation] {
    guard applies(file), let expression = try? NSRegularExpression(pattern: pattern) else {
      return []
    }
    return file.code.indices.filter { index in
      let line = file.code[index]
      return expression.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) != nil
    }.map { file.violation($0, "\(name): \(why)") }
  }
}

extension WordRule {
  /// The folders that open the doors to the outside, and the programs that stand outside of them.
  @Sendable private static func isInside(_ file: SourceFile) -> Bool {
    file.isIn("Sources", "Plugins")
      && !file.isIn(
        "Sources/StrataSystem", "Sources/StrataNetwork", "Sources/StrataTesting/Simulation",
        "Sources/StrataCommand")
  }

  @Sendable private static func isShipped(_ file: SourceFile) -> Bool {
    file.isIn("Sources", "Plugins")
  }

  @Sendable private static func isPlugin(_ file: SourceFile) -> Bool { file.isIn("Plugins") }

  @Sendable private static func isCore(_ file: SourceFile) -> Bool {
    file.isIn("Sources/StrataCore")
  }

  @Sendable private static func isTest(_ file: SourceFile) -> Bool {
    file.isIn("Tests")
      && !file.isIn(
        "Tests/IntegrationTests", "Tests/Performance", "Tests/Crash", "Tests/StrataSystemTests",
        "Tests/StrataNetworkTests", "Tests/TidyTests")
  }

  static let all: [WordRule] = doors + promises + names

  /// Time, chance, tasks, files and sockets go through the runtime, or a simulation misses them.
  private static let doors = [
    WordRule(
      name: "wall clock", pattern: #"\bDate\(\)|\bDate\.now\b|\b(Continuous|Suspending)Clock\b"#,
      why: "ask runtime.clock", applies: isInside, catches: "let now = Date()",
      permits: "let date = Date(timeIntervalSince1970: 0)"),
    WordRule(
      name: "sleep", pattern: #"\bTask\.sleep\b|\bThread\.sleep\b|\bu?sleep\(\d|\bnanosleep\("#,
      why: "wait by runtime.clock", applies: isInside, catches: "try await Task.sleep(for: .zero)",
      permits: "try await clock.sleep(for: .zero)"),
    WordRule(
      name: "sleep in a test", pattern: #"\bTask\.sleep\b|\bThread\.sleep\b|\bu?sleep\(\d"#,
      why: "wait in virtual time, or for the event itself", applies: isTest,
      catches: "usleep(1000)", permits: "try await world.sleep(for: .seconds(1))"),
    WordRule(
      name: "chance", pattern: #"\.random\(|\bSystemRandomNumberGenerator\b|\.shuffled\(\)"#,
      why: "draw from runtime.random", applies: isInside, catches: "Int.random(in: 0..<2)",
      permits: "runtime.random.below(2)"),
    WordRule(
      name: "unstructured task", pattern: #"\bTask\s*(\.detached\b|\.immediate\b|\{|\()"#,
      why: "start it through runtime.tasks, which a simulation can follow", applies: isInside,
      catches: "Task { await work() }", permits: "if Task.isCancelled { return }"),
    WordRule(
      name: "dispatch", pattern: #"\bDispatch(Queue|Source|Semaphore|Group|Time)\b"#,
      why: "start it through runtime.tasks", applies: isInside, catches: "DispatchQueue.main",
      permits: "dispatch(event)"),
    WordRule(
      name: "files", pattern: #"\bFileManager\b|\bFileHandle\b"#,
      why: "files are behind runtime.disk", applies: isInside, catches: "FileManager.default",
      permits: "runtime.disk"),
    WordRule(
      name: "Foundation in the core",
      pattern: #"\bimport\s+(struct\s+|class\s+)?(Foundation|Dispatch|CYAML)"#,
      why: "the core imports the standard library and Synchronization", applies: isCore,
      catches: "import Foundation", permits: "private import Synchronization"),
  ]

  /// What would break a promise to whoever runs or writes plugins.
  private static let promises = [
    WordRule(
      name: "privilege", pattern: #"^\s*package\s+\w|@testable\b|@_spi\b"#,
      why: "a built-in may use nothing that an outside plugin lacks", applies: isPlugin,
      catches: "package func hidden() {}", permits: "public func shown() {}"),
    WordRule(
      name: "force", pattern: #"\btry!|\bas!|[\w\)\]\}]!(?!=)"#,
      why: "what cannot be proven can fail: handle it", applies: isShipped, catches: "let a = b!",
      permits: "if a != b, !c { return }"),
    WordRule(
      name: "code from data",
      pattern: #"\bNSKeyedUnarchiver\b|\bNSClassFromString\b|\b_typeByName\b|\bdlopen\b"#,
      why: "nothing stored may choose a type or run", applies: isShipped,
      catches: "_typeByName(name)", permits: "type(of: name)"),
  ]

  private static let names = [
    WordRule(
      name: "empty name",
      pattern:
        #"\b(class|struct|enum|protocol|actor|typealias)\s+\w*(Managers?|Helpers?|Utils?|Utilit(y|ies)|Impl|Base)\b"#,
      why: "say what it is", applies: { _ in true }, catches: "final class CacheManager {",
      permits: "struct Baseline {")
  ]
}
