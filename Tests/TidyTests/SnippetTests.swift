// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataCore
import Testing

/// Swift blocks see `Documentation/Snippets/Context.swift`; YAML blocks may be parts of a plan.
@Suite("The blocks of code in the documentation")
struct SnippetTests {
  /// Every block that is compiled or loaded, with the one before it where it continues that.
  private static func blocks(_ language: String) -> [CodeBlock] {
    Repository.pages.flatMap { page in
      var texts: [String] = []
      return page.blocks.filter { $0.language == language }.compactMap { block -> CodeBlock? in
        if !block.continues { texts = [] }
        if case .skipped = block.use { return nil }
        if block.use == .valid { texts.append(block.text) }
        let text = block.use == .valid ? texts : texts + [block.text]
        return block.with(text: text.joined(separator: "\n"))
      }
    }
  }

  static let swift = blocks("swift")
  static let yaml = blocks("yaml")

  @Test func `there are blocks`() {
    #expect(Self.swift.count >= 5)
    #expect(Self.yaml.count >= 5)
  }

  @Test(arguments: swift) func `a Swift block compiles`(_ block: CodeBlock) throws {
    let said = try SnippetCompiler().messages(for: block.text)
    switch block.use {
    case .refused(let message): #expect(said.contains(message), "\(block): \(said)")
    default: #expect(said.isEmpty, "\(block): \(said)")
    }
  }

  @Test(arguments: yaml) func `a YAML block loads`(_ block: CodeBlock) {
    let said = PlanSnippet(block.text).problems.map { "\n\($0)" }.joined()
    switch block.use {
    case .refused(let message): #expect(said.contains(message), "\(block): \(said)")
    default:
      // What is doubtful about a fragment on its own is not so in the plan that it comes from.
      let errors = PlanSnippet(block.text).problems.filter { $0.severity == .error }
      #expect(errors.isEmpty, "\(block): \(said)")
    }
  }
}

extension CodeBlock {
  func with(text: String) -> CodeBlock {
    CodeBlock(
      page: page, language: language, text: text, use: use, continues: continues, lines: lines)
  }
}
