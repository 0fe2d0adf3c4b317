package org.attention4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.api.Capability;
import org.attention4j.api.Mixers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code attention list}: the mixers that can be had. */
@Command(name = "list", description = "Lists the mixers on the module path.")
final class ListCommand implements Callable<Integer> {
    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--ids", description = "Print the ids alone.")
    private boolean ids;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Inject
    ListCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() {
        if (ids && json) {
            throw new ParameterException(command.commandLine(), "--ids and --json: only one of the two can be printed");
        }
        PrintWriter out = command.commandLine().getOut();
        if (ids) {
            mixers.ids().forEach(out::println);
        } else if (json) {
            ArrayNode list = Json.array();
            mixers.kinds().forEach(kind -> list.add(Json.kind(kind).put("module", module(kind.id()))));
            out.println(Json.pretty(list));
        } else {
            Table table = new Table("ID", "MODULE", "CAPABILITIES", "SUMMARY");
            mixers.kinds()
                    .forEach(kind -> table.row(
                            kind.id(),
                            module(kind.id()),
                            kind.capabilities().stream().map(Capability::label).collect(Collectors.joining(", ")),
                            kind.summary()));
            table.print(out);
        }
        return mixers.failures().isEmpty() ? 0 : Main.FAILED;
    }

    private String module(String id) {
        Module module = mixers.provider(id).getClass().getModule();
        return module.isNamed() ? module.getName() : "class path";
    }
}
