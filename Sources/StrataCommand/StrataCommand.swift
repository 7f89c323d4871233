// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataSystem

/// The `strata` command line.
public enum StrataCommand {
  /// Every subcommand, in the order in which help lists them.
  static var commands: [any Command.Type] {
    [
      CheckCommand.self, ExplainCommand.self, InitCommand.self, JournalCommand.self,
      LabCommand.self, SimulateCommand.self,
    ]
  }

  /// Runs the command line of this process, and ends the process.
  public static func main() async {
    let console = Console.standard
    let status = await run(Array(CommandLine.arguments.dropFirst()), console)
    console.flush()
    ProcessExit.exit(status)
  }

  /// Runs one command line and returns its exit code.
  static func run(_ words: [String], _ console: Console) async -> Int32 {
    guard let name = words.first, !["help", "--help", "-h"].contains(name) else {
      return help(Array(words.dropFirst()), console)
    }
    if name == "--version" {
      console.print(Version.text)
      return ExitCode.success
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      console.complain(unknownCommand(name))
      return ExitCode.usage
    }
    if words.contains("--help") || words.contains("-h") { return help([name], console) }
    do {
      let arguments = try Arguments(Array(words.dropFirst()), for: command)
      return try await command.init(arguments).run(console)
    } catch let error as UsageError {
      console.complain("\(error.message)\n\(HelpText.usage(of: command))")
      return ExitCode.usage
    } catch {
      console.complain("strata \(name): \(error)")
      return ExitCode.failure
    }
  }

  private static func unknownCommand(_ name: String) -> String {
    unknown("command", name, among: commands.map { $0.name }, see: "strata help")
  }

  private static func help(_ words: [String], _ console: Console) -> Int32 {
    guard let name = words.first, !name.hasPrefix("-") else {
      console.print(HelpText.overview(commands))
      return ExitCode.success
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      console.complain(unknownCommand(name))
      return ExitCode.usage
    }
    console.print(HelpText.page(of: command))
    return ExitCode.success
  }
}
