// Package echo is a program whose routes are those of an echo instance.
package echo

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"example.com/routers/users"
)

// New returns the instance.
//
//cgigen:handler /echo/
func New() *echo.Echo {
	e := echo.New()
	e.Use(middleware.BodyLimit("1M"))
	group := e.Group("/echo")
	group.Match([]string{http.MethodGet, http.MethodHead}, "/users/:id", show)
	group.POST("/echo", sendBack)
	return e
}

func show(c echo.Context) error {
	return c.JSON(http.StatusOK, users.Find(c.Request(), "/echo/users", c.Param("id")))
}

func sendBack(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", body)
}
