// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import Testing

@Suite("Documentation")
struct DocumentationTests {
  static let pages = Repository.pages.map(\.path)

  @Test(arguments: pages) func `every link leads somewhere`(_ path: String) throws {
    let page = try #require(Repository.pages.first { $0.path == path })
    for (line, target) in links(in: page) where !target.contains("://") {
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = parts[0].isEmpty ? page.path : resolved(String(parts[0]), from: page.folder)
      #expect(Repository.exists(file), "\(path):\(line): \(target) is not there")
      guard parts.count == 2, let other = Repository.pages.first(where: { $0.path == file }) else {
        continue
      }
      #expect(
        other.anchors.contains(String(parts[1])), "\(path):\(line): \(file) has no part \(parts[1])"
      )
    }
  }

  /// Pages that comments and messages point at, by their path from the root.
  @Test func `every page that a comment names is there`() throws {
    let expression = try NSRegularExpression(pattern: #"\b(Documentation|Plugins)/[\w./-]+\.md\b"#)
    for path in Repository.paths where path.hasSuffix(".swift") || path.hasSuffix(".md") {
      let text = Repository.contents(path)
      for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
        guard let range = Range(match.range, in: text) else { continue }
        let isThere = Repository.exists(String(text[range]))
        #expect(isThere, "\(path) names \(text[range])")
      }
    }
  }

  @Test func `every page of the documentation is reached from its index`() {
    var reached: Set<String> = ["Documentation/README.md"]
    var open = ["Documentation/README.md"]
    while let path = open.popLast() {
      guard let page = Repository.pages.first(where: { $0.path == path }) else { continue }
      for (_, target) in links(in: page) where !target.contains("://") {
        let file = resolved(String(target.prefix { $0 != "#" }), from: page.folder)
        if reached.insert(file).inserted { open.append(file) }
      }
    }
    for path in Self.pages where path.hasPrefix("Documentation/") {
      let isReached = reached.contains(path)
      #expect(isReached, "\(path) is not linked")
    }
  }

  @Test func `decisions are numbered one by one`() {
    let names = Repository.pages.map(\.path)
      .filter { $0.hasPrefix("Documentation/Decisions/") && !$0.hasSuffix("README.md") }
      .map { $0.dropFirst("Documentation/Decisions/".count) }
    for (index, name) in names.enumerated() {
      let number = String("000\(index + 1)".suffix(4))
      #expect(name.hasPrefix("\(number)-"), "\(name) should have the number \(number)")
    }
  }

  private func links(in page: Page) -> [(line: Int, target: String)] {
    guard let expression = try? NSRegularExpression(pattern: #"\]\(([^)\s]+)\)"#) else { return [] }
    return page.prose.enumerated().flatMap { index, line in
      expression.matches(in: line, range: NSRange(line.startIndex..., in: line)).compactMap {
        Range($0.range(at: 1), in: line).map { (index + 1, String(line[$0])) }
      }
    }
  }

  private func resolved(_ target: String, from folder: String) -> String {
    var parts = folder.split(separator: "/").map(String.init)
    for part in target.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}
