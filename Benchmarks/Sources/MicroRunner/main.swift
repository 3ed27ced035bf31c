// What `larder-bench micro` has valgrind run: no tasks and no dispatch queues, with which valgrind crashes, and no debug
// information, of which it cannot read the present format.

import Glibc
import Micro

let arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.first, InstructionCounter.isPresent else {
    print("This is run by 'larder-bench micro'.")
    exit(64)
}
for benchmark in MicroBenchmark.all(in: directory) where arguments.dropFirst().contains(benchmark.name) {
    try benchmark.run()
}
