package org.vkernel.testmodules.property.script;

import com.google.gson.JsonObject;

/**
 * An operation of a script, before its sockets have names.
 *
 * @param socket the number of the socket that it is done on
 * @param op its name
 * @param arguments all others; a port id {@code "#3"} is that of socket 3
 */
record PlannedOperation(int socket, String op, JsonObject arguments) {}
