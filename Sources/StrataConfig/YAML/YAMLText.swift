// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One YAML text, read into a tree.
struct YAMLText {
  /// The tree; `nil` where the text broke off.
  var root: ConfigNode?
  /// What is wrong, in the order of the text.
  var problems: [ConfigurationProblem]
  /// How many nodes other texts of the same configuration may still have.
  var nodesLeft: Int

  /// Reads `text`. It stops at the first breach of YAML's grammar, and collects all else.
  init(
    _ text: [UInt8], file: String, limits: ConfigLimits, nodesLeft: Int, variables: Variables
  ) {
    self.nodesLeft = nodesLeft
    problems = []
    if let problem = YAMLTextCheck.problem(in: text, file: file, limits: limits) {
      problems = [problem]
      return
    }
    var composer = YAMLComposer(
      file: file, limits: limits, nodesLeft: nodesLeft, variables: variables)
    let syntaxProblem = Self.feed(text, to: &composer, file: file)
    problems = composer.problems + (syntaxProblem.map { [$0] } ?? [])
    root = syntaxProblem == nil ? composer.root : nil
    self.nodesLeft = composer.nodesLeft
  }

  private static func feed(
    _ text: [UInt8], to composer: inout YAMLComposer, file: String
  ) -> ConfigurationProblem? {
    guard var reader = YAMLEventReader(text) else {
      let place = SourceLocation(file: file, line: 1, column: 1)
      return ConfigurationProblem(at: place, path: "", "the memory is exhausted")
    }
    while true {
      let event: YAMLEvent
      do throws(YAMLSyntaxError) {
        event = try reader.next()
      } catch {
        return error.described(in: file, text: text)
      }
      do throws(YAMLComposer.Halt) {
        try composer.take(event)
      } catch {
        return nil
      }
      if case .streamEnd = event.kind { return nil }
    }
  }
}
