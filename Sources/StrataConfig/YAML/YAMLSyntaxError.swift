// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CYAML

/// Where and why a text is not YAML.
struct YAMLSyntaxError: Error {
  /// In libyaml's words: `did not find expected ',' or ']'`.
  var problem: String
  /// What libyaml was reading: `while parsing a flow sequence`.
  var context: String?
  var line: Int
  var column: Int
  /// Where that began.
  var contextLine: Int
  var contextColumn: Int
}

extension YAMLSyntaxError {
  init(_ parser: yaml_parser_t) {
    problem = parser.problem.map { String(cString: $0) } ?? "the memory is exhausted"
    context = parser.context.map { String(cString: $0) }
    line = Int(clamping: parser.problem_mark.line) + 1
    column = Int(clamping: parser.problem_mark.column) + 1
    contextLine = Int(clamping: parser.context_mark.line) + 1
    contextColumn = Int(clamping: parser.context_mark.column) + 1
  }
}
